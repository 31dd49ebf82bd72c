"""How a quarter is run: the only package that knows Dagster, Great Expectations and files."""
