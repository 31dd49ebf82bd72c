"""What is compared in the cases of input-output analysis."""

import pandas as pd

from indicators.input_output import leontief_inverse, multipliers, technical_coefficients
from tests.scenarios.agreement import Case, whole


def tables(case: Case) -> tuple[pd.Series, pd.Series]:
    rows = case.given.astype({"sector": str}).set_index("sector")
    a = technical_coefficients(rows.drop(columns="output").set_axis(rows.index, axis=1), rows["output"])
    found = {"coefficient": a, "requirement": leontief_inverse(a), "multiplier": multipliers(a).to_frame("all").T}
    numbers = [found[row.quantity].loc[str(row.row), str(row.column)] for row in case.expected.itertuples(index=False)]
    return pd.Series(numbers), case.expected["value"]


miller_blair_two_sectors = whole(tables)
leontief_wheat_cloth = whole(tables)
miller_blair_multipliers = whole(tables)
