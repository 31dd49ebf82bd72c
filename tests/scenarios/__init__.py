"""Worked cases with numbers that somebody else made: a folder per method, a folder per case."""
