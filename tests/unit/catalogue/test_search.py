"""A clerk finds a matter by whatever comes to mind."""

import json

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from clerk_app.catalogue.listed import Listed
from clerk_app.catalogue.readings import make_readings, names_of, read_readings, reading_of
from clerk_app.catalogue.search import SearchIndex, searchable
from clerk_app.catalogue.search_texts import Fit
from tests.helpers.commands import clerk


def item(code, name, *aliases, kind="matter", channels=("hall",), audiences=()):
    return Listed(kind, code, name, aliases, channels, audiences)


def index_of(items, readings, **uses):
    return SearchIndex(searchable(items, readings), uses)


ITEMS = (
    item(
        "P01", "敬老卡（老年综合津贴）申领", "老人卡", "敬老卡", channels=("hall", "mobile", "home"), audiences=("old",)
    ),
    item("P04", "老年人优待证办理", "老年证", audiences=("old",)),
    item("P14", "养老保险待遇领取资格认证", "生存认证", channels=("hall", "home"), audiences=("old",)),
    item("P21", "社会保障卡申领（新版）", "社保卡", "办社保卡", audiences=("young", "children")),
    item("P31", "居住登记及居住证申领", "居住证", "暂住证", channels=("hall", "mobile"), audiences=("young",)),
    item("P32", "居住证签注", "居住证续签", "居住证"),
    item("B05", "食品经营许可新办", "食品证", "开饭店"),
    item("PK01", "开办餐饮店一件事", "开饭店", "开餐馆", kind="package"),
    item("P50", "机动车驾驶证期满换证", "驾照换证"),
)
READINGS = make_readings(name for found in ITEMS for name in (found.name, *found.aliases))
INDEX = index_of(ITEMS, READINGS)


def codes(text, index=INDEX, **filters):
    return [hit.item.code for hit in index.search(text, **filters)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("居住登记及居住证申领", ["P31"]),
        ("居住证签注", ["P32"]),
        ("p31", ["P31"]),
        ("Ｐ３１", ["P31"]),
        ("暂住证", ["P31"]),
        ("老人卡", ["P01"]),
        ("开饭店", ["PK01"]),
        ("食品许可", ["B05"]),
        ("许可 食品", ["B05"]),
        ("社保卡", ["P21"]),
        ("zanzhuzheng", ["P31"]),
        ("jzzqz", ["P32"]),
        ("jiashizheng", ["P50"]),
        ("JZHZ", ["P50"]),
        ("kaifandian", ["PK01"]),
        ("laorenk", ["P01"]),
        ("shebaok", ["P21"]),
        ("kfdian", ["PK01"]),
    ],
)
def test_the_thing_meant_comes_first(text, first):
    assert codes(text)[: len(first)] == first


@pytest.mark.parametrize(
    ("text", "code", "slip"),
    [
        ("赞住证", "P31", "a character that sounds the same"),
        ("老年人优代证", "P04", "a character that sounds the same"),
        ("机动车驾使证", "P50", "a wrong character"),
        ("社会保障证申领", "P21", "a wrong character of another sound"),
        ("zanzhuzhneg", "P31", "two letters swapped"),
        ("zanzhzheng", "P31", "a letter forgotten"),
        ("zanzhuuzheng", "P31", "a letter doubled"),
        ("zanzhuxheng", "P31", "a wrong letter"),
        ("zanzuzen", "P31", "zh as z and eng as en"),
        ("kaifamdian", "PK01", "a neighbouring key"),
        ("laorneka", "P01", "two letters of a short word swapped"),
        ("laorenxa", "P01", "a wrong letter in a short word"),
    ],
)
def test_a_slip_still_finds_it(text, code, slip):
    assert codes(text)[0] == code, slip


LETTERS = st.sampled_from("abehiknouz")
SOUND = st.text(LETTERS, min_size=4, max_size=14)


@st.composite
def slips(draw):
    """A word, and how it may come out: one slip of any kind, or in a long word two that swap nothing."""
    word = typed = draw(SOUND)
    is_long = len(word) > 11
    for _ in range(2 if is_long else 1):
        at, letter = draw(st.integers(0, len(typed) - 2)), draw(LETTERS)
        wrong, forgotten, extra = typed[:at] + letter + typed[at + 1 :], typed[:at] + typed[at + 1 :], typed[:at]
        swapped = typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
        ways = [wrong, forgotten, extra + letter + typed[at:]]
        typed = draw(st.sampled_from(ways if is_long else [*ways, swapped]))
    assume(len(typed) > (9 if is_long else 3))
    return word, typed


@settings(max_examples=300)
@example(("abehik", "abheik"), "", "")
@example(("abehik", "abehzik"), "nou", "nou")
@given(slips(), st.text(LETTERS, max_size=20), st.text(LETTERS, max_size=20))
def test_whatever_the_slip_and_wherever_the_word_stands_it_is_found(slip, before, after):
    word, typed = slip
    assert codes(typed, index_of((item("A1", before + word + after),), {})) == ["A1"]


def test_names_that_are_alike_are_all_found_by_a_slip():
    alike = index_of((item("A1", "anzhuzheng"), item("A2", "anzhuzheng")), {})
    assert codes("anzhuxheng", alike) == ["A1", "A2"]


def test_a_guess_is_made_only_where_nothing_fits():
    alike = index_of((item("A1", "居住证签注"), item("A2", "句主正品登记")), {})
    assert codes("居住证", alike) == ["A1"]
    assert codes("局主正", alike) == ["A1", "A2"]


def test_a_syllable_is_not_found_inside_another():
    assert "P50" not in codes("an")  # 换 huan, 满 man
    assert codes("qian")[:1] == ["P32"]  # 签


def test_words_must_all_fit():
    assert codes("养老 认证") == ["P14"]
    assert codes("居住 认证") == []
    assert codes("完全无关的话语") == []


def test_better_fits_come_first_whatever_is_used_most():
    often = tuple(item("X1", "办理老年证以外的事") if found.code == "P50" else found for found in ITEMS)
    found = index_of(often, READINGS, X1=10_000).search("老年证")
    assert [hit.item.code for hit in found] == ["P04", "X1"]
    assert found[0].score > found[1].score


def test_of_equal_fits_what_this_desk_uses_most_comes_first():
    assert codes("老年人")[:1] == ["P04"]
    plain = (item("P1", "补贴甲申请"), item("P2", "补贴乙申请"))
    assert codes("补贴", index_of(plain, {})) == ["P1", "P2"]
    used = index_of(plain, {}, P2=30)
    assert codes("补贴", used) == ["P2", "P1"]
    assert codes("", used) == ["P2", "P1"]


def test_menus_are_filters_over_channel_and_audience():
    assert set(codes("", audience="old")) == {"P01", "P04", "P14"}
    assert set(codes("", channel="home")) == {"P01", "P14"}
    assert codes("认证", channel="home", audience="old") == ["P14"]
    assert codes("居住证", channel="home") == []


def test_a_common_word_stops_early_but_keeps_the_best():
    many = tuple(item(f"X{at}", f"某某登记{at}") for at in range(3000))
    found = index_of(many, {}, X977=1).search("登记", limit=10)
    assert len(found) == 10
    assert found[0].item.code == "X977"


def test_no_text_breaks_the_search():
    for text in ("\n", "'", "%", "(", "*", "a" * 500, "证" * 60, "\0", "🀄", "\ud800"):
        assert isinstance(INDEX.search(text), tuple)


def test_a_reading_has_one_syllable_for_each_character():
    assert reading_of("重庆") == "chong qing"
    assert reading_of("行政许可A证") == "xing zheng xu ke a zheng"


def test_spoiled_readings_are_made_anew(tmp_path):
    assert read_readings(tmp_path) == {}
    (tmp_path / "readings.json").write_text("[1", encoding="utf-8")
    assert read_readings(tmp_path) == {}
    assert codes("zanzhuzheng", index_of(ITEMS, {})) == ["P31"]


def test_the_shipped_readings_are_those_of_the_shipped_names():
    from clerk_app.catalogue.loader import SHIPPED, load_catalogue

    assert read_readings(SHIPPED) == make_readings(names_of(load_catalogue().listed()))


def test_grades_are_ordered():
    assert sorted(Fit) == list(Fit)


def test_the_command_finds_by_everyday_words():
    found = json.loads(clerk("catalogue", "search", "kaifandian", "--json").out)
    assert found["hits"][0] == {"code": "PK01", "name": "开办餐饮店一件事", "kind": "package", "score": 60}
    assert found["ms"] >= 0
    at_home = json.loads(clerk("catalogue", "search", "居住证", "--channel", "home", "--json").out)
    assert "P31" not in {hit["code"] for hit in at_home["hits"]}
    assert clerk("catalogue", "search", "完全没有的东西").out == "没有找到：换一句平常话，或打拼音首字母\n"
