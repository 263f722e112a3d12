"""The look of two papers, line by line, so that no change of the layout goes unnoticed.

After a change that was meant and looked at: python -m tests.unit.printing.test_golden
"""

from pathlib import Path

import pytest

from tests.unit.printing import samples
from tests.unit.printing.paper import records

FOLDER = Path(__file__).parents[2] / "golden" / "printing"

PAPERS = {
    "receipt": samples.receipt(mark="演示", remarks=("所持证件有效期至 2026-10-31，已过期，收件时注明；请尽快换领。",)),
    "acceptance_notice": samples.acceptance_notice(
        facts=samples.facts("林例𠮷", address=samples.ADDRESS_35), materials=samples.materials(12)
    ),
}


def described(notice):
    """Page, left and top in points, words: one line per text or symbol."""
    return "".join(
        f"{number}  {area.left:6.1f} {area.top:6.1f}  {area.what}\n"
        for number, page in enumerate(records(notice), start=1)
        for area in [*page.texts, *page.symbols]
    )


@pytest.mark.parametrize("name", PAPERS)
def test_the_layout_is_the_one_that_was_looked_at(name):
    assert described(PAPERS[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    for each, notice in PAPERS.items():
        (FOLDER / f"{each}.txt").write_text(described(notice), encoding="utf-8")
