"""The sample against the domain study: every row of its tables, with each amendment named here."""

import re
import tomllib

import pytest

from clerk_app.catalogue.loader import SHIPPED, read_catalogue
from clerk_app.domain import graph
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.packages import Package
from tests.helpers.source import ROOT
from tests.unit.catalogue import study

CATALOGUE, WARNINGS = read_catalogue(SHIPPED)


def rows(table):
    return {line.split("|")[0]: line.split("|") for line in table.strip().splitlines()}


MATTERS, PACKAGES = rows(study.MATTERS), rows(study.PACKAGES)
GROUPS = dict(pair.split("=") for pair in study.GROUPS.split())
PROCEDURES = {
    "01": "licence",
    "05": "payment",
    "07": "registration",
    "08": "payment",
    "10": "filing",
    "20": "public_service",
}
NAMED: list[Matter | Package] = [*CATALOGUE.matters, *CATALOGUE.packages]
CHANNELS = {"H": "hall", "M": "mobile", "V": "home"}

# ---- where the sample departs from the study ----------------------------------------------------------------------

MATERIALS_ONLY_SOMETIMES = {
    ("P31", "M17"),  # only who works here has a labour contract
    ("P33", "M07"),  # parents married and of this province: shared data (PK02, question 2 of the study)
    ("P01", "M06"),  # a photo of the licence library serves (PK14, question 3 of the study)
    ("P02", "M06"),
}
FURTHER_GROUPS = {"B16": ["E8", "V3", "V5"], "B17": ["V4"]}  # PK12 extended (Decision 13)
LONGER_GROUPS = {"V1": 19, "V2": 12}  # PK12 extended: the data of vehicles' and drivers' licences
COMES_AFTER_TOO = {  # what a predecessor's result brings is waited for (Decision 2)
    ("PK10", "P26"): ["P21"],
    ("PK11", "P24"): ["P31"],
    ("PK15", "P24"): ["P31"],
    ("PK12", "B13"): ["B01"],
    ("PK07", "B25"): ["B24"],
}


def elements(group):
    """Data elements of a group: of a table each column, never each row."""
    return sum(len(field.columns) or 1 for field in group.fields)


COUNTS = {group.code.removeprefix("g."): elements(group) for group in CATALOGUE.groups}


def groups_of(code):
    return [group.code.removeprefix("g.") for group in CATALOGUE.matter(code).groups]


# ---- the whole ----------------------------------------------------------------------------------------------------


def test_the_sample_has_no_fault_and_nothing_to_warn_of():
    assert [warning.text for warning in WARNINGS] == []
    assert CATALOGUE.label == "示例数据"
    assert all(matter.sample for matter in CATALOGUE.matters)


def test_it_holds_what_the_study_lists_and_what_the_reported_practices_add():
    assert len(MATTERS) == 75
    assert len(PACKAGES) == 15
    assert len(GROUPS) == 59
    assert len(CATALOGUE.matters) == 75 + 23
    assert len(CATALOGUE.packages) == 15 + 12
    assert {matter.code for matter in CATALOGUE.matters} >= MATTERS.keys()
    assert {package.code for package in CATALOGUE.packages} >= PACKAGES.keys()
    materials = {material.code for material in CATALOGUE.materials}
    assert materials >= {f"M{number:02}" for number in range(1, 34)} | {f"N{number:02}" for number in range(1, 29)}
    assert COUNTS.keys() >= GROUPS.keys()


def test_the_document_counts_the_sample_right():
    said = " ".join((ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8").split())
    assert (
        f"holds {len(CATALOGUE.matters)} matters (P01–P52, B01–B46), {len(CATALOGUE.packages)} packages (PK01–PK27), "
        f"{len(CATALOGUE.materials)} materials, {len(CATALOGUE.groups)} groups and "
        f"{len(CATALOGUE.situations)} questions"
    ) in said


def test_every_code_is_used_or_belongs_to_the_dictionary_of_the_study():
    used = {need.code for matter in CATALOGUE.matters for need in matter.materials}
    assert {material.code for material in CATALOGUE.materials} - used == {"N06", "N23"}
    taken = {group.code for matter in CATALOGUE.matters for group in matter.groups}
    assert {group.code for group in CATALOGUE.groups} - taken == set()


@pytest.mark.parametrize("code", GROUPS)
def test_a_group_has_as_many_elements_as_the_study_counts(code):
    assert COUNTS[code] == LONGER_GROUPS.get(code, int(GROUPS[code]))


def test_each_element_says_why_it_is_asked():
    fields = [field for group in CATALOGUE.groups for field in group.fields]
    assert all(field.why for field in fields)
    assert len({field.code for field in fields}) == len(fields)


def test_what_the_law_calls_sensitive_is_closed():
    """Accounts, illness, disability, means of a family: Decision 10."""
    for group in CATALOGUE.groups:
        if group.code in ("g.P6", "g.D1", "g.H2", "g.H3", "g.I4"):
            assert all(field.sensitive for field in group.fields), group.code


# ---- matters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", MATTERS)
def test_a_matter_is_what_the_study_says(code):
    _, department, task_type, kind, legal, promised, materials, groups, channels = MATTERS[code]
    matter = CATALOGUE.matter(code)
    assert matter.department_short == department
    assert (matter.task_type, matter.procedure) == (task_type, PROCEDURES[task_type])
    assert matter.kind == {"1": "at_once", "2": "promised"}[kind]
    assert (matter.legal.days, matter.promised.days, matter.legal.unit) == (int(legal), int(promised), "workday")
    assert matter.channels == tuple(CHANNELS[channel] for channel in channels)
    assert sorted(groups_of(code)) == sorted(re.findall(r"[A-Z][0-9]", groups) + FURTHER_GROUPS.get(code, []))
    assert {group.code.removeprefix("g.") for group in matter.groups if group.when} == set(
        re.findall(r"([A-Z][0-9])\?", groups)
    )
    assert {need.code: flags_of(code, need) for need in matter.materials} == {
        token[:3]: "".join(sorted(token[3:])) for token in materials.split()
    }


def flags_of(code, need):
    sometimes = need.situational and (code, need.code) not in MATERIALS_ONLY_SOMETIMES
    flags = {
        "E": need.e_licence is True,
        "D": need.deferrable,
        "P": need.promise,
        "?": sometimes,
    }
    return "".join(sorted(flag for flag, holds in flags.items() if holds))


def test_each_amendment_of_a_material_is_still_needed():
    for code, material in MATERIALS_ONLY_SOMETIMES:
        need = CATALOGUE.matter(code).material(material)
        assert need is not None
        assert need.situational


def test_only_licences_speak_of_the_licensing_law_and_each_matter_has_a_basis():
    for matter in CATALOGUE.matters:
        assert re.fullmatch(r"《[^《》]+》(（[^（）]+）)?(第[一二三四五六七八九十百]+条)?", matter.by_law), matter.code
        assert "行政许可法" not in matter.by_law


def test_implementation_codes_are_all_different_and_one_department_has_one_number():
    codes = [matter.implementation_code for matter in CATALOGUE.matters]
    assert len(set(codes)) == len(codes)
    numbers: dict[str, set[str]] = {}
    for matter in CATALOGUE.matters:
        numbers.setdefault(matter.department, set()).add(matter.implementation_code[:18])
    assert all(len(found) == 1 for found in numbers.values())


def test_what_is_done_at_once_is_closed_at_the_window_or_waits_for_the_platform():
    for matter in CATALOGUE.matters:
        if matter.kind == "promised":
            assert matter.handle.window_power != "complete", matter.code
            assert matter.notify is not None
        else:
            assert matter.notify is None
        assert matter.handle.sealed_notice == (matter.handle.window_power == "accept"), matter.code


def test_what_waits_for_the_platform_says_what_it_waits_for():
    for matter in CATALOGUE.matters:
        for power, effect in matter.handle.effects.items():
            assert effect.in_force, matter.code
            if power == "receive" or matter.handle.effect_when == "platform":
                assert effect.not_yet, (matter.code, power)
            assert "{due}" not in effect.in_force
            assert power == "accept" or "{due}" not in effect.not_yet  # no acceptance, no last day


def test_menus_by_age_are_those_of_the_study():
    menus = {
        "old": "P01 P02 P03 P04 P13 P14 P22 P26 P38 P42",
        "middle": "P16 P18 P20 P25 P31 P35",
        "young": "P15 P17 P19 P21 P31 P43 P52",
        "women": "P29 P37 P39",
        "children": "P33 P40 P41 P24 P21",
        "disabled": "P08 P09 P10 P11",
    }
    for audience, codes in menus.items():
        assert {matter.code for matter in CATALOGUE.matters if audience in matter.audiences} == set(codes.split())


@pytest.mark.parametrize(
    ("code", "materials"),
    [
        ("B01", {"N01"}),
        ("B04", {"N01"}),
        ("P39", {"M08"}),
        ("P31", {"M09"}),
        ("P10", {"M13"}),
        ("P21", {"M12"}),
        ("B24", {"N24"}),
    ],
)
def test_what_a_result_brings(code, materials):
    assert CATALOGUE.matter(code).produces.materials == materials


# ---- packages -----------------------------------------------------------------------------------------------------


def children_of(text):
    found = {}
    for token in text.split():
        child, _, after = token.partition("<")
        found[child.removeprefix("!")] = [code for code in after.split(",") if code]
    return found


@pytest.mark.parametrize("code", PACKAGES)
def test_a_package_has_the_children_of_the_study_in_its_order(code):
    package = CATALOGUE.package(code)
    wanted = children_of(PACKAGES[code][1])
    further = {token[1:] for token in PACKAGES[code][1].split() if token.startswith("!")}
    assert package.after.keys() == wanted.keys()
    for child, after in wanted.items():
        expected = set(after) | set(COMES_AFTER_TOO.get((code, child), []))
        assert set(package.after[child]) - further == expected, child


@pytest.mark.parametrize("code", sorted(PACKAGES.keys() - {"PK12"}))
def test_figures_of_a_package_are_those_of_the_study(code):
    """Elements, materials and days of all children, each counted by hand from the groups and the dictionary."""
    _, children, counted, materials, days = PACKAGES[code]
    matters = [CATALOGUE.matter(token.partition("<")[0]) for token in children.split() if not token.startswith("!")]
    groups = [group for matter in matters for group in groups_of(matter.code)]
    assert (sum(COUNTS[group] for group in groups), sum(COUNTS[group] for group in set(groups))) == pair(counted)
    needs = [need.code for matter in matters for need in matter.materials]
    assert (len(needs), len(set(needs))) == pair(materials)
    serial = sum(max(1, matter.promised.days) for matter in matters)
    assert (serial, CATALOGUE.package(code).promised.days) == pair(days)


def pair(text):
    first, second = text.split()
    return int(first), int(second)


def test_a_promise_below_the_longest_path_gives_its_reason():
    hurried = set()
    for package in CATALOGUE.packages:
        days = {child.matter: CATALOGUE.matter(child.matter).promised.days for child in package.children}
        if package.promised.days < graph.longest_path(package.after, days):
            hurried.add(package.code)
            assert package.promised_reason
    assert hurried == {"PK02", "PK04", "PK08", "PK09", "PK11", "PK12", "PK27"}


def test_every_question_of_the_study_prunes_something():
    asked = {package.code: {situation.code for situation in package.situations} for package in CATALOGUE.packages}
    assert asked["PK01"] == {"q.subject", "q.signboard", "q.area", "q.tobacco", "q.sewer", "q.public_place"}
    assert asked["PK02"] >= {"q.born_here", "q.parents_local", "q.child_card"}
    assert asked["PK14"] >= {"q.age", "q.agent", "q.photo"}
    assert all(asked[package.code] or package.code in ("PK16", "PK26") for package in CATALOGUE.packages)


def test_an_eatery_of_one_person_has_the_published_number_of_elements():
    """100 → 58 elements and 35 → 17 materials were reported; ours are counted from the data."""
    package = CATALOGUE.package("PK01")
    one = merge(package, CATALOGUE.children(package), {"q.subject": "个体工商户"})
    assert [step.matter.code for step in one.steps] == ["B04", "B05", "B06", "B07", "B08", "B09", "B11"]
    merged = {group.code.removeprefix("g.") for group in one.groups}
    assert sum(COUNTS[group] for group in merged) == 58
    # The licence, its number and its date come from the registration: neither asked nor handed in.
    assert (one.field_count.before, one.field_count.after, one.brought) == (146 - 2, 58 - 2, 2)
    assert (one.material_count.before, one.material_count.after) == (26, 14 - 1)
    assert (one.days.serial, one.days.parallel, one.days.promised) == (37, 10, 13)


def recount(children):
    """Codes of the data elements asked, and of those a lawful source fills; tables count by column, not by row."""
    produced = {code for child in children for code in CATALOGUE.matter(child).produces.materials}
    to_come = {material.licence for material in CATALOGUE.materials if material.code in produced}
    asked: set[str] = set()
    sourced: set[str] = set()
    for field in (field for code in children for field in CATALOGUE.matter(code).fields):
        parts = [(f"{field.code}.{column.key}", column.sources) for column in field.columns]
        for code, sources in parts or [(field.code, field.sources)]:
            asked.add(code)
            if any(is_there(source, children, to_come) for source in sources):
                sourced.add(code)
    return asked, sourced


def is_there(source, children, to_come):
    """A result needs its matter among the children; nobody holds yet what the package first brings."""
    if source.origin == "result":
        return source.of in children
    return source.origin != "licence" or source.of not in to_come


@pytest.mark.parametrize(("licensed", "filled"), [("已有执照", 60), ("还没有", 56)])
def test_a_haulier_has_at_least_54_elements_that_fill_themselves(licensed, filled):
    """As published: from a card, an electronic licence, a predecessor's result or a computation."""
    package = CATALOGUE.package("PK12")
    one = merge(package, CATALOGUE.children(package), {"q.licensed": licensed})
    asked, sourced = recount([step.matter.code for step in one.steps])
    assert one.filled == len(sourced) == filled >= 54
    assert one.field_count.after + one.brought == len(asked)


# ---- words of the reported practices ------------------------------------------------------------------------------


def test_every_word_of_a_reported_practice_has_its_code():
    words = tomllib.loads((SHIPPED / "seeds.toml").read_text(encoding="utf-8"))["words"]
    known = {matter.code for matter in CATALOGUE.matters} | {package.code for package in CATALOGUE.packages}
    assert {word["code"] for word in words} <= known
    assert all(word.keys() <= {"seed", "word", "code"} and word["word"] for word in words)
    national = [word for word in words if word.get("seed") == "002"]
    assert len(national) == 13
    named = {word["word"] for word in words}
    assert named >= {
        "不动产登记",
        "技术合同认定登记",
        "特种设备使用登记",
        "营业性演出许可",
        "人才引进落户",
        "法人一证通",
        "食品小作坊",
        "超市",
        "便利店",
        "理发店",
        "干洗店",
        "印刷（市县联办）",
        "汽车租赁（市县联办）",
        "旅行社（市县联办）",
        "企业破产信息核查",
        "企业上市合法合规信息核查",
        "大礼包",
    }


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("开饭店", "PK01"),
        ("开餐馆", "PK01"),
        ("老人卡", "P01"),
        ("开干洗店", "PK22"),
        ("跑运输", "PK12"),
        ("上户口", "P33"),
    ],
)
def test_everyday_words_are_among_the_names(word, code):
    catalogue = {entry.code: entry.aliases for entry in NAMED}
    assert word in catalogue[code]


def test_everything_has_everyday_names_of_its_own():
    for entry in NAMED:
        assert len(entry.aliases) >= 2, entry.code
        assert len(set(entry.aliases)) == len(entry.aliases), entry.code


def test_both_owners_confirm_a_transfer_of_their_home():
    matter = CATALOGUE.matter("P51")
    assert (matter.presence, "home" in matter.channels) == ("in_person", True)
    owner = matter.field("g.H5.name")
    assert owner is not None
    assert owner.sources[0].text == "card@spouse:name"
