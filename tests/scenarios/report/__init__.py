"""The figures that a city's task force published for 2023, and whether this system rebuilds them."""
