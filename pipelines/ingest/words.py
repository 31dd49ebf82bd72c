"""Words of a fixed list, as forms write them in Chinese or in their own code.

Belongs here: the lists. Does not belong here: what follows from a word.
"""

from __future__ import annotations

from typing import Final

from indicators.vintage import CENSUS, FINAL
from pipelines.ingest.texts import normal


def _both(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Every spelling → code, the code itself included."""
    return {normal(spelling): code for code, spellings in words.items() for spelling in (code, *spellings)}


VINTAGES: Final = _both(
    {
        "flash": ("快报",),
        "preliminary": ("初步", "初步核算", "初步核算数", "初步数"),
        "final": ("最终", "最终核实", "最终核实数"),
        "census": ("普查", "普查修订", "普查数"),
    }
)
# An annual figure to which quarters are benchmarked is verified or comes from a census.
CONTROL_VINTAGES: Final = frozenset({FINAL, CENSUS})
ROUTES: Final = _both({"rate": ("增加值率法", "增加值率"), "volume": ("物量外推", "物量外推法")})
# What departments count by month: the name first by which a sentence calls it.
LEADING_NAMES: Final = {
    "electricity": ("用电量", "工业用电量"),
    "vat": ("增值税开票额", "增值税开票金额", "增值税"),
    "jobs": ("招聘岗位数", "招聘人数", "招聘"),
    "orders": ("新签订单额", "新增订单额", "订单"),
}
LEADING: Final = _both(LEADING_NAMES)
STATUSES: Final = _both({"A": ("实际", "正式"), "E": ("估计", "推算"), "P": ("暂定", "初步")})
SPANS: Final = _both(
    {
        "quarter": ("当季", "季度", "单季"),
        "cumulative": ("累计",),
        "annual": ("年度", "全年", "年"),
    }
)
PRICE_BASES: Final = _both(
    {
        "current": ("现价", "当年价格", "当年价"),
        "constant": ("不变价", "可比价", "不变价格", "可比价格"),
        "none": ("无", "不适用"),
    }
)
BASES: Final = _both({"published": ("公布", "公布数"), "comparable": ("可比", "可比口径"), "none": ("无", "不适用")})
LEVELS: Final = _both(
    {
        "unit": ("单位", "企业"),
        "county": ("县", "县区", "区县"),
        "city": ("市",),
        "province": ("省",),
        "nation": ("全国", "国家"),
    }
)
METHODS: Final = _both(
    {
        "reidentified": ("再识别", "企业再识别"),
        "census": ("普查", "经济普查"),
        "survey": ("调查", "抽样调查"),
        "expert": ("专家", "专家评估", "专家判断"),
    }
)
# Parts of the economy, as ``classification`` names them.
SECTORS: Final = _both(
    {
        "agriculture": ("农业", "农林牧渔业"),
        "industry": ("工业",),
        "construction": ("建筑业",),
        "services": ("服务业",),
        "primary": ("第一产业",),
        "secondary": ("第二产业",),
        "tertiary": ("第三产业",),
        "all": ("全部行业", "合计"),
    }
)
ANSWERS: Final = _both({"yes": ("是", "1", "√", "Y"), "no": ("否", "0", "×", "N")})


def word(words: dict[str, str], text: str) -> str:
    """The code of a word.

    Raises:
        ValueError: the word is not on the list.
    """
    code = words.get(normal(text))
    if code is None:
        raise ValueError("not on the list")
    return code


DIRECTIONS: Final = _both({"1": ("正向", "正"), "-1": ("逆向", "负向", "逆")})
