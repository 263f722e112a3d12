"""docs/one-thing.md says what each shipped package spares; it is written from the merge, never by hand.

After a change of the sample catalogue: `python -m tests.unit.catalogue.test_one_thing` writes it again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain.merge import merge
from clerk_app.domain.one_thing import Count, OneThing

TABLE = Path(__file__).parents[3] / "docs" / "one-thing.md"
HEAD = """# What one thing spares (一件事：办前办后)

Every package of the sample catalogue (示例数据), merged by `clerk catalogue merge --package CODE` with no question
answered and nothing left out, so that everything that may apply counts; where an answer chooses between two matters,
both do. Written by `python -m tests.unit.catalogue.test_one_thing`; a test compares it with the catalogue, and another
one counts every package again straight from its files (`tests/unit/catalogue/test_recount.py`). How it is counted:
[The merge](catalogue.md#the-merge).

- **Elements, materials, visits, site checks**: what the children would ask one by one → what is asked once. *Sourced*
  of the elements asked have a lawful source at the counter (card, electronic licence, computation), the others are
  *typed*. *By results*: elements and materials nobody gives, since an earlier child's result does (由前序事项产生).
- **Days**: one after another (当场 counts 1) → promised for the whole; in brackets the longest path (当场 counts 0).

| package | children | departments | elements | sourced | typed | materials | by results | days | visits | site checks |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
REASONS = """
## Promised in less than the longest path takes

| package | promised | longest path | stated reason |
| --- | --- | --- | --- |
"""


def written() -> str:
    """The page as it should be."""
    return HEAD + "".join(_row(one) for one in merged()) + REASONS + "".join(_reason(one) for one in _hurried())


@cache
def merged() -> tuple[OneThing, ...]:
    """Every shipped package with everything that may apply."""
    catalogue = load_catalogue()
    return tuple(merge(package, catalogue.children(package)) for package in catalogue.packages)


def _row(one: OneThing) -> str:
    cells = (
        f"{one.package.code} {one.package.name}",
        len(one.steps),
        len(one.departments),
        _count(one.field_count),
        one.sourced,
        one.field_count.after - one.sourced,
        _count(one.material_count),
        f"{one.brought} + {sum(not item.is_field for item in one.products)}",
        f"{one.days.serial} → {one.days.promised} ({one.days.parallel})",
        _count(one.visit_count),
        _count(one.site_check_count),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _count(count: Count) -> str:
    return f"{count.before} → {count.after}" if count.before else "0"


def _hurried() -> list[OneThing]:
    return [one for one in merged() if one.days.promised < one.days.parallel]


def _reason(one: OneThing) -> str:
    return f"| {one.package.code} | {one.days.promised} | {one.days.parallel} | {one.package.promised_reason} |\n"


def test_the_table_of_what_is_spared_is_up_to_date() -> None:
    assert TABLE.read_text("utf-8") == written()


def test_every_package_of_several_matters_spares_elements_and_materials() -> None:
    assert len(merged()) >= 15
    for one in merged():
        assert one.field_count.saved > 0, one.package.code
        assert one.material_count.saved > 0, one.package.code


def test_pk01_with_all_its_children_asks_less_and_takes_less_time_than_the_sum() -> None:
    pk01 = next(one for one in merged() if one.package.code == "PK01")
    assert len(pk01.steps) == len(pk01.package.children)
    assert pk01.field_count.saved > 0
    assert pk01.material_count.saved > 0
    assert pk01.day_count.saved > 0


if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
