"""The merge of every shipped package counted again, straight from the TOML and by another way.

Nothing here knows the loader, the conditions or the graph of the program: files are read as they are, a condition is
worked out as the set of what it can still be, what comes before a child is found by walking back, the longest path by
walking every path.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pytest

from clerk_app.catalogue.loader import SHIPPED, load_catalogue
from clerk_app.domain.merge import merge
from clerk_app.domain.one_thing import OneThing

Toml = dict[str, Any]


@cache
def toml(name: str) -> Toml:
    return tomllib.loads((SHIPPED / name).read_text(encoding="utf-8"))


@cache
def usual_originals() -> dict[str, str]:
    """What the dictionary of materials says is done with an original, where it says so."""
    rows = toml("materials.toml")["materials"]
    return {row["code"]: row["original"] for row in rows if "original" in row}


@cache
def dictionary_of_groups() -> dict[str, Toml]:
    files = ["fields.toml", *sorted(f"fields/{path.name}" for path in (SHIPPED / "fields").glob("*.toml"))]
    return {group["code"]: group for name in files for group in toml(name)["groups"]}


@cache
def every_element() -> dict[str, Toml]:
    return {field["code"]: field for group in dictionary_of_groups().values() for field in group["fields"]}


def packages() -> list[str]:
    return sorted(path.stem for path in (SHIPPED / "packages").glob("*.toml"))


def matter(code: str) -> Toml:
    return toml(f"matters/{code}.toml")


def can_be(condition: Toml | None, answers: dict[str, str]) -> set[bool]:
    """What the condition can still turn out to be."""
    if condition is None:
        return {True}
    if "not" in condition:
        return {not outcome for outcome in can_be(condition["not"], answers)}
    if "all" in condition or "any" in condition:
        join = all if "all" in condition else any
        parts = [can_be(part, answers) for part in condition.get("all") or condition["any"]]
        outcomes: set[tuple[bool, ...]] = {()}
        for part in parts:
            outcomes = {(*so_far, outcome) for so_far in outcomes for outcome in part}
        return {join(outcome) for outcome in outcomes}
    asked = condition["field"]
    if asked.startswith("q.") and can_be(situation(asked).get("when"), answers) == {False}:
        return {False}
    if asked not in answers:
        return {True, False}
    if "values" in condition:
        return {answers[asked] in condition["values"]}
    if "filled" in condition:
        return {True}
    number = float(answers[asked])
    return {
        number >= float(condition["at_least"]) if "at_least" in condition else number <= float(condition["at_most"])
    }


@cache
def situation(code: str) -> Toml:
    return next(one for one in toml("situations.toml")["situations"] if one["code"] == code)


class Recount:
    """One package, counted by hand."""

    def __init__(self, code: str, answers: dict[str, str]) -> None:
        self.package = toml(f"packages/{code}.toml")
        self.answers = answers
        self.after = {child["matter"]: child.get("after", []) for child in self.package["children"]}
        self.part = [
            child["matter"] for child in self.package["children"] if True in can_be(child.get("when"), answers)
        ]

    def walk_back(self, code: str) -> set[str]:
        """Everything before a child, through those that take no part too."""
        return {one for near in self.after[code] for one in (near, *self.walk_back(near))}

    def brought(self, code: str) -> set[str]:
        """What the results before a child bring to it."""
        made = (matter(one).get("produces", {}) for one in self.walk_back(code) if one in self.part)
        return {thing for produces in made for thing in produces.get("materials", []) + produces.get("fields", [])}

    def elements(self, code: str) -> list[str]:
        """The elements of a child's own form."""
        own = set(matter(code).get("produces", {}).get("fields", []))
        found = []
        for use in matter(code)["groups"]:
            name, when = (use, None) if isinstance(use, str) else (use["group"], use["when"])
            for field in dictionary_of_groups()[name]["fields"]:
                shown = True in can_be(when, self.answers) and True in can_be(field.get("when"), self.answers)
                if shown and field["code"] not in own:
                    found.append(field["code"])
        return found

    def count(self, elements: Iterable[str]) -> int:
        """Data elements in them: a table has one a column."""
        return sum(len(every_element()[code].get("columns", "1")) for code in elements)

    def papers(self, code: str) -> dict[str, Toml]:
        """The materials a child asks for."""
        needs = matter(code).get("materials", [])
        return {need["code"]: need for need in needs if True in can_be(need.get("when"), self.answers)}

    def asked_elements(self) -> set[str]:
        return {one for code in self.part for one in self.elements(code) if one not in self.brought(code)}

    def who_asks(self, material: str) -> list[str]:
        return [code for code in self.part if material in self.papers(code) and material not in self.brought(code)]

    def asked_papers(self) -> set[str]:
        return {one for code in self.part for one in self.papers(code) if self.who_asks(one)}

    def produced_papers(self) -> set[str]:
        return {one for code in self.part for one in self.papers(code)} - self.asked_papers()

    def every_path(self, code: str) -> Iterator[int]:
        """The days of every way that ends with this child; one that takes no part takes no time."""
        days = matter(code)["limits"]["promised"] if code in self.part else 0
        if not self.after[code]:
            yield days
        for before in self.after[code]:
            for so_far in self.every_path(before):
                yield so_far + days

    def parallel(self) -> int:
        return max((days for code in self.part for days in self.every_path(code)), default=0)

    def serial(self) -> int:
        return sum(max(1, matter(code)["limits"]["promised"]) for code in self.part)


def all_answers() -> Iterator[tuple[str, dict[str, str]]]:
    """Each package with no answer, and with each choice of each of its questions."""
    for code in packages():
        yield code, {}
        for asked in toml(f"packages/{code}.toml").get("situations", []):
            if situation(asked).get("when") is None:
                for choice in situation(asked)["choices"]:
                    yield code, {asked: choice}


@cache
def catalogue():
    return load_catalogue()


def by_program(code: str, answers: dict[str, str]) -> OneThing:
    package = catalogue().package(code)
    return merge(package, catalogue().children(package), answers)


@pytest.mark.parametrize(("code", "answers"), list(all_answers()), ids=str)
def test_the_program_counts_as_a_person_with_the_files_does(code: str, answers: dict[str, str]):
    one, recount = by_program(code, answers), Recount(code, answers)
    assert sorted(step.matter.code for step in one.steps) == sorted(recount.part)
    assert one.field_count.before == sum(recount.count(recount.elements(child)) for child in recount.part)
    assert one.field_count.after == recount.count(recount.asked_elements())
    assert {item.field.code for item in one.fields} == recount.asked_elements()
    assert one.material_count.before == sum(len(recount.papers(child)) for child in recount.part)
    assert {item.need.code for item in one.materials} == recount.asked_papers()
    assert {item.code for item in one.products if not item.is_field} == recount.produced_papers()
    assert (one.days.serial, one.days.parallel) == (recount.serial(), recount.parallel())
    assert one.days.promised == recount.package["limits"]["promised"]


@pytest.mark.parametrize("code", packages())
def test_of_each_material_the_strictest_need_counts(code: str):
    one, recount = by_program(code, {}), Recount(code, {})
    for item in one.materials:
        askers = recount.who_asks(item.need.code)
        assert list(item.needed_by) == sorted(askers)
        needs = [recount.papers(child)[item.need.code] for child in askers]
        strict = [need for need in needs if need.get("required", True)]
        assert item.need.required == bool(strict)
        strict = strict or needs
        for relief in ("deferrable", "promise", "by_card", "reusable"):
            assert getattr(item.need, relief) == (not [need for need in strict if not need.get(relief, False)]), relief
        accepting = [need.get("e_licence", False) for need in strict]
        everybody, nobody = accepting.count(True) == len(accepting), accepting.count(False) == len(accepting)
        assert item.need.e_licence == (True if everybody else False if nobody else "partly")
        usual = usual_originals().get(item.need.code)
        assert (item.need.original == "kept") == ("kept" in [need.get("original", usual) for need in strict])
        insisting = [need.get("copies", 1) for need in strict if need.get("paper_required")]
        assert item.need.copies == max([sum(insisting)] + [need.get("copies", 1) for need in strict])


def test_pk01_worked_out_by_hand():
    """开办餐饮店 by a self-employed person, with everything else it can have.

    Elements, by the groups of each child (E1 6, E2 4, E3 4, E5 3, F1 6, F2 4, F3 5, K1 5, X1 8, W1 4, W2 5, Y1 4):
    B04 E1 less the code and the date its result brings, E2, E3; B05 E1 E2 E3 E5 F1 F2 F3; B06 E1 E2 E5 K1;
    B07 E1 E2 E3 E5 X1; B08 E1 E2 E3 E5 W1; B09 E1 E2 E5 W2; B11 E1 E2 E3 Y1.
    """
    one = by_program("PK01", {"q.subject": "个体工商户"})
    each = {step.matter.code: step.element_count for step in one.steps}
    assert each == {
        "B04": 4 + 4 + 4,
        "B05": 6 + 4 + 4 + 3 + 6 + 4 + 5,
        "B06": 6 + 4 + 3 + 5,
        "B07": 6 + 4 + 4 + 3 + 8,
        "B08": 6 + 4 + 4 + 3 + 4,
        "B09": 6 + 4 + 3 + 5,
        "B11": 6 + 4 + 4 + 4,
    }
    # Once: E1 (4 asked, 2 brought), E2, E3, E5, F1, F2, F3, K1, X1, W1, W2, Y1.
    assert (one.field_count.before, one.field_count.after) == (144, 4 + 4 + 4 + 3 + 6 + 4 + 5 + 5 + 8 + 4 + 5 + 4)
    # N02 N05 M01 | N01 N07 N08 N09 N10 M01 | N01 N11 N05 | N01 N12 N13 N07 | N01 N07 N14 N10 | N01 N15 |
    # N01 N05 N28 M01
    assert (one.material_count.before, one.material_count.after) == (3 + 6 + 3 + 4 + 4 + 2 + 4, 13)
    assert [(item.code, item.brought_by, len(item.awaited_by)) for item in one.products if not item.is_field] == [
        ("N01", ("B04",), 6)
    ]
    # 当场 counts 1 in a row and 0 side by side: 1+8+3+3+5+7+10, and 0+10.
    assert (one.days.serial, one.days.parallel, one.days.promised) == (37, 10, 13)
