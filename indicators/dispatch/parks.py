"""Indicators of parks, from what their operators report.

Belongs here: shares and yields of a park, by analogy to the evaluation of national high-tech zones. Does not belong
here: firms' own figures.
"""

from __future__ import annotations

import pandas as pd


def park_indicators(parks: pd.DataFrame) -> pd.DataFrame:
    """What a park makes of its ground and who is in it.

    Args:
        parks: ``entry, tenants, tenants_digital, tenants_above, tenants_new, tenants_closed, revenue, tax`` (yuan)``,
            area`` (亩)``, staff``.

    Returns:
        ``entry, digital_share, above_share`` (of tenants)``, net_new`` (tenants)``, revenue_per_mu, tax_per_mu,
        revenue_per_head`` (yuan); missing where the divisor is.
    """
    tenants, area, staff = (parks[name].where(parks[name] > 0) for name in ("tenants", "area", "staff"))
    return pd.DataFrame(
        {
            "entry": parks["entry"],
            "digital_share": parks["tenants_digital"] / tenants,
            "above_share": parks["tenants_above"] / tenants,
            "net_new": parks["tenants_new"] - parks["tenants_closed"],
            "revenue_per_mu": parks["revenue"] / area,
            "tax_per_mu": parks["tax"] / area,
            "revenue_per_head": parks["revenue"] / staff,
        }
    )
