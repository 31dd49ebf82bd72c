"""Dagster assets, thin: they call the rooms beside them."""
