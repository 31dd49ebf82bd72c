"""Benchmarks: what the pipeline costs, as ratios within one run.

Not part of the installed packages; tests run them on few units, and look at no clock.

Belongs here: synthetic inputs of any size, timings, the table of ratios. Does not belong here: pass or fail by the
clock.
"""
