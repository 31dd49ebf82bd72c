"""How each table is made from which: one function per table, the same for Dagster, the command line and tests."""
