"""Rules as data, and running them."""
