"""Coding help: proposals for a description, whether a code fits it, and the documented accuracy."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import classification
from classification.activity import clean, parts, split
from classification.errors import InputError
from classification.ngrams import Index, grams
from classification.standard import load_standard
from classification.suggest_quality import Phrase, phrases, report, reworded
from classification.suggestion import DIGITAL, Ranker, Suggestion, agrees, gbt_ranker, suggest, usable
from classification.training import gbt_texts, terms
from pipelines.cli.suggest import show

ROOT = Path(__file__).parents[2]
CODES = resources.files("classification") / "codes"


def codes(text: str, system: str, k: int = 5) -> list[str]:
    return [one.code for one in suggest(text, k) if one.system == system]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电脑主板、内存条生产", ("电脑主板制造", "内存条制造")),
        ("手机研发、生产、销售", ("手机制造",)),
        ("汽车配件的销售", ("汽车配件的批发零售",)),
        ("ＰＣＢ组装（来料加工）；设备租赁服务", ("PCB制造", "设备租赁")),
        ("玫瑰、百合等鲜花栽培", ("玫瑰种植", "百合种植", "鲜花种植")),
        ("面包、面包生产", ("面包制造",)),
        ("一般项目：软件开发；其他业务", ("软件开发",)),
        ("销售、生产", ()),
        ("和平饭店", ("和平饭店",)),
        ("", ()),
    ],
)
def test_parts(text: str, expected: tuple[str, ...]) -> None:
    assert parts(text) == expected


def test_the_verb_next_to_the_thing_counts() -> None:
    assert split("设备租赁服务") == ("设备", "租赁")
    assert split("饲料生产销售") == ("饲料", "制造")
    assert split("银行") == ("银行", "")
    assert clean(" ＴＦＴ－液晶 屏！") == "TFT液晶屏"


def test_the_index_is_scikit_learns() -> None:
    sklearn = pytest.importorskip("sklearn.feature_extraction.text")
    texts = [text for listed in gbt_texts(terms()).values() for text in listed][:600]
    vectors = sklearn.TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, lowercase=False)
    theirs = (vectors.fit_transform(texts) @ vectors.transform(texts[:40]).T).toarray()
    index = Index(texts)
    for at in range(40):
        np.testing.assert_allclose(index.cosine(texts[at]), theirs[:, at], atol=1e-12)


def test_words_nobody_knows_are_like_nothing() -> None:
    index = Index(["面包", "手机"])
    assert grams("面包") == ["面", "包", "面包"]
    assert index.cosine("面包") == pytest.approx([1, 0])
    assert 0 < index.cosine("面包闹闹闹闹")[0] < 0.6
    assert not index.cosine("闹").any()


def test_proposals() -> None:
    found = suggest("笔记本电脑、服务器生产")
    assert isinstance(found[0], Suggestion)
    assert (found[0].code, found[0].system, found[0].name_zh) == ("3911", "gbt", "计算机整机制造")
    assert codes("笔记本电脑、服务器生产", "digital")[0] == "010101"
    scores = [one.score for one in found if one.system == "gbt"]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 and score == round(score, 4) for score in scores)
    assert all(one.score >= DIGITAL * scores[0] for one in found if one.system == "digital")
    assert len(codes("笔记本电脑、服务器生产", "gbt", k=2)) == 2
    assert suggest("笔记本电脑、服务器生产") == found


def test_verbs_tell_maker_seller_and_repairer_apart() -> None:
    firsts = [codes(f"手机{verb}", "gbt")[0] for verb in ("生产", "批发", "门店零售", "维修")]
    assert firsts == ["3922", "5177", "5274", "8122"]


def test_a_farm_is_not_digital() -> None:
    assert codes("水稻种植", "gbt")[0] == "0111"
    assert codes("水稻种植", "digital") == []


@pytest.mark.parametrize("text", ["", "  ", "，。！", "123456", "无", "生产销售", "其他"])
def test_too_little_is_refused(text: str) -> None:
    assert not usable(text)
    with pytest.raises(InputError, match="业务描述太短"):
        suggest(text)
    assert agrees(text, "0111") is None


def test_readable_words_like_no_class() -> None:
    assert suggest("哈哈哈哈") == ()
    assert agrees("哈哈哈哈", "0111") is None


def test_nothing_to_compare_scores_nothing() -> None:
    ranker = Ranker({"a": ("面包",), "b": ("手机",)}, {"a": "面包", "b": "手机"})
    assert ranker.best("。", 2) == []
    assert [label for label, _ in ranker.best("手机", 2)] == ["b"]


def test_k_below_one() -> None:
    with pytest.raises(InputError, match="至少为 1"):
        suggest("水稻种植", 0)


def test_agrees() -> None:
    assert agrees("水稻、小麦种植", "0111") is True
    assert agrees("水稻、小麦种植", "6513") is False
    # Of the same division: the words do not decide against it.
    assert agrees("水稻、小麦种植", "0164") is None
    with pytest.raises(InputError, match="小类"):
        agrees("水稻种植", "011")


def test_the_package_gives_the_functions() -> None:
    assert classification.suggest is suggest
    assert classification.agrees is agrees
    assert classification.Suggestion is Suggestion


def test_the_tables_name_classes_once() -> None:
    classes = set(load_standard().classes)
    for name, column in (("gbt4754_2017_terms.csv", "code"), ("activity_evaluation.csv", "gbt")):
        rows = list(csv.DictReader((CODES / name).read_text(encoding="utf-8").splitlines()))
        listed = [row[column] for row in rows]
        assert len(set(listed)) == len(listed), name
        assert set(listed) <= classes, name
        assert all(row["source"] for row in rows), name


def test_no_evaluation_phrase_is_trained_on() -> None:
    trained = {text for listed in gbt_texts(terms()).values() for text in listed}
    asked = (*phrases("development"), *phrases("test"))
    assert len(asked) == 266
    assert len(phrases("test")) >= 150
    assert {one.gbt for one in asked} >= set(load_standard().core_classes)
    for one in asked:
        assert clean(one.activity) not in trained
        assert "".join(parts(one.activity)) not in trained


def test_reworded_is_without_the_words_of_the_class() -> None:
    phrase = Phrase("电脑主板、机箱生产", "3912", "test")
    assert not reworded(phrase, {"3912": ("电脑主板制造",)})
    assert reworded(phrase, {"3912": ("显卡制造", "计算机零部件制造", "机")})


def test_a_note_that_sends_elsewhere_is_not_trained_on() -> None:
    assert not {"030401", "设计另归"} & set(gbt_texts({})["3973"])


def test_terms_help() -> None:
    names = gbt_ranker({})
    assert names.best("路由器制造", 1)[0][0] != "3921"
    assert codes("路由器制造", "gbt")[0] == "3921"


def test_the_documented_numbers_are_the_measured_ones() -> None:
    text = (ROOT / "docs" / "methods" / "coding.md").read_text(encoding="utf-8")
    documented = text.partition("<!-- suggest_quality -->\n")[2].partition("<!-- /suggest_quality -->")[0]
    measured = report()
    assert documented == measured
    first = measured.splitlines()[2].split("|")
    assert float(first[3].strip(" %")) >= 75
    assert float(first[4].strip(" %")) >= 88


def test_a_look_up_imports_neither_scikit_learn_nor_pandas() -> None:
    program = (
        "import sys; from classification import suggest; suggest('水稻种植');"
        "heavy = {'sklearn', 'scipy', 'pandas', 'duckdb', 'pyarrow'} & set(sys.modules); sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def shown(text: str, k: int = 5) -> str:
    file = io.StringIO()
    show(text, Console(file=file, width=120), k=k)
    return file.getvalue()


def test_the_view() -> None:
    assert "010606*" in shown("电力电缆、网线生产")
    both = shown("智能门锁、智能网关研发生产")
    assert "数字经济核心产业小类（2021）" in both
    assert "不是概率" in both
    assert "没有相近" not in both
    farm = shown("水稻种植", k=1)
    assert "0111" in farm
    assert "没有相近的数字经济核心产业小类" in farm
    assert "没有相近的行业小类" in shown("哈哈哈哈")
