"""Early warning 监测预警: rules as data, facts, signals with their sentences, dismissals, the back-test.

Belongs here: what is watched, when it counts as a signal, how that is said, what became of it. Does not belong here:
tests on a single series (indicators.signals), the cycle's lights (indicators.measure.cycle), making tables (steps),
lights of dispatch, in which red means late.
"""
