"""Quality: holding what stands in the lake to its laws, and the report on a quarter's data.

Belongs here: laws as expectations and as statements, outcomes with their places, the report's figures and page. Does
not belong here: which table is held to which laws (steps.checked), rules over returns and totals (review).
"""
