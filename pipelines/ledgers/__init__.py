"""The task force's ledgers, used: the board of a day, pairs that may be one entry, the workbook that goes out.

Belongs here: what is made of the history of ledgers. Does not belong here: reading files (ingest), pure reckoning
(``indicators.dispatch``), tables (steps). Nothing here sees microdata, and no account reads from here.
"""
