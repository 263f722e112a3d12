"""docs/elements.md says which elements fill themselves; it is written from a run of the engine, never by hand.

After a change of the sample catalogue or of the sample licences: `python -m tests.unit.catalogue.test_elements`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clerk_app.catalogue.loader import load_catalogue
from clerk_app.cli import sources_report
from clerk_app.domain.merge import merge
from tests.helpers.commands import clerk

TABLE = Path(__file__).parents[3] / "docs" / "elements.md"
TODAY = date(2026, 11, 23)
HEAD = """# Which elements fill themselves (自动填)

Every form of the sample catalogue (示例数据), filled by the engine as at the counter and counted in data elements by
`clerk catalogue sources`. Written by `python -m tests.unit.catalogue.test_elements`; a test compares it with a new run,
and another one holds every line to 100 %: what has a lawful source is filled from it.

At the counter of the run everybody stands whom a form may ask for (applicant, agent, legal representative, second
parent, spouse, guardian: invented people), each with a card, and the library holds the sample of licences. Only the
card of who represents a firm leads to the firm: its business licence is found by that card, and names the credit code
by which its other licences are found. Nothing is typed, no question is answered, nothing is left out.

- **Sourced**: filled at the counter by a card (身), an electronic licence (照) or a computation (算), *of* the elements
  with such a source. Of a table each column counts once, if it was filled in every row.
- **By results**: filled when the decision on an earlier child brings its result (果), of those that wait for one.
- **Fill themselves**: both. **Typed**: what a person still types; a default, a statement ticked beforehand, a guess or
  an answer of an earlier visit never counts as filled.

"""
_COLUMNS = "| {} | asked | sourced | by results | fill themselves | typed |\n| --- | --- | --- | --- | --- | --- |\n"


def written() -> str:
    """The page as it should be."""
    result = counted()
    packages, matters = result["packages"], result["matters"]
    parts = (HEAD, "## Packages\n\n", *_table("package", packages), "\n## Matters\n\n", *_table("matter", matters))
    return "".join(parts)


@cache
def counted() -> Mapping[str, Any]:
    """The run of the engine over every shipped package and matter."""
    return sources_report.body(load_catalogue(), TODAY)


def _table(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    yield _COLUMNS.format(name)
    for row in rows:
        cells = (
            f"{row['code']} {row['name']}",
            row["asked"],
            _of(row["sourced"], row["lawful"]),
            _of(row["brought"], row["awaited"]),
            row["filled"],
            row["typed"],
        )
        yield f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _of(filled: int, all_of_them: int) -> str:
    return f"{filled} of {all_of_them}" if all_of_them else "0"


def test_the_table_of_what_fills_itself_is_up_to_date() -> None:
    assert TABLE.read_text("utf-8") == written()


@pytest.mark.parametrize("kind", ["packages", "matters"])
def test_every_element_with_a_lawful_source_is_filled_without_typing(kind: str) -> None:
    lacking = {row["code"]: row["unfilled"] for row in counted()[kind] if not row["complete"] or row["unfilled"]}
    assert lacking == {}


def test_founding_a_haulier_fills_at_least_54_elements_by_itself() -> None:
    pk12 = next(row for row in counted()["packages"] if row["code"] == "PK12")
    assert pk12["filled"] >= 54


def test_the_run_and_the_merge_count_the_same() -> None:
    catalogue = load_catalogue()
    for row in counted()["packages"]:
        package = catalogue.package(row["code"])
        one = merge(package, catalogue.children(package))
        assert (row["asked"], row["lawful"], row["awaited"]) == (one.field_count.after, one.sourced, one.brought)
        assert (row["filled"], row["typed"]) == (one.filled, one.field_count.after - one.sourced), row["code"]


def test_without_the_licences_what_only_they_say_is_named_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_report, "sample_licences", list)
    (pk12,) = sources_report.body(load_catalogue(), TODAY, "PK12")["packages"]
    assert not pk12["complete"]
    assert "g.V1.vehicles" in [one["code"] for one in pk12["unfilled"]]
    assert pk12["filled"] < 25
    assert sources_report.text({"packages": [pk12], "matters": []}).count("licence:vehicle_licence.plate") == 1


def test_the_command_counts_one_package_or_all() -> None:
    result = clerk("catalogue", "sources", "--package", "PK12", "--json").json
    assert ([row["code"] for row in result["packages"]], result["matters"]) == (["PK12"], [])
    said = clerk("catalogue", "sources").out
    assert "PK12 开办运输企业（道路货运）一件事：要素 64，自动填 44，要填 20，前序结果带来 12" in said
    assert "没填上" not in said


if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
