"""Quality: the report on a quarter's data 数据质量报告.

Belongs here: its facts as values, what is said of them, tables, charts and the page. Does not belong here: gathering
facts from the lake (steps.quality), or finding anything out (checking, review).
"""
