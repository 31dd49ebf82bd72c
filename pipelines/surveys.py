"""The surveys in which firms report, by their Chinese names.

Belongs here: how a survey, or all of them, is named to a reader. Does not belong here: their forms (ingest).
"""

from typing import Final

SURVEYS: Final = {"all": "合计", "industry": "工业", "construction": "建筑业", "trade": "批零业", "service": "服务业"}
