"""How a number is made: pure functions of cells and small published tables; no Dagster, no files."""
