"""How the cases of input-output analysis are checked."""

import pandas as pd

from indicators.input_output import leontief_inverse, multipliers, technical_coefficients
from tests.scenarios.agreement import Case


def tables(case: Case) -> tuple[pd.Series, pd.Series]:
    rows = case.given.astype({"sector": str}).set_index("sector")
    a = technical_coefficients(rows.drop(columns="output").set_axis(rows.index, axis=1), rows["output"])
    found = {"coefficient": a, "requirement": leontief_inverse(a), "multiplier": multipliers(a).to_frame("all").T}
    numbers = [found[row.quantity].loc[str(row.row), str(row.column)] for row in case.expected.itertuples(index=False)]
    return pd.Series(numbers), case.expected["value"]


CHECKS = {
    "01_miller_blair_two_sectors": tables,
    "02_leontief_wheat_cloth": tables,
    "03_miller_blair_multipliers": tables,
}
