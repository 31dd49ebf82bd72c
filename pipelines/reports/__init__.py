"""Reports: what the task force is told, week by week, month by month, quarter by quarter.

Belongs here: periods, and what a report says of a board (and, of a quarter, of its release). Does not belong here:
reckoning (``indicators.dispatch``, ``pipelines.ledgers``), frames of pages, documents and sheets (``release``),
gathering and writing (``steps.reports``).
"""
