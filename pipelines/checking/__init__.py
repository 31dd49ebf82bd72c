"""Checking: holding what stands in the lake to its laws.

Belongs here: laws as expectations and as statements, outcomes with their places. Does not belong here: the laws
(contracts, ingest.shapes), which table is held to which (steps.suites), rules over returns and totals (review).
"""
