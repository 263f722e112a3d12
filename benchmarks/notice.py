"""Setting a notice against a bare reportlab page with the same texts: `benchmarks.paper` measures, this reports."""

from __future__ import annotations

from benchmarks import paper
from benchmarks.bench import Bench
from benchmarks.report import Section, compare
from tests.unit.printing.samples import acceptance_notice

SECTION, TITLE = "notice", "Setting a notice"
ROUNDS = 5
PAGES_A_ROUND = 10


def run(bench: Bench) -> Section:
    """Set a 受理通知书 of the usual length, warm."""
    costs = [paper.measure(acceptance_notice(), PAGES_A_ROUND) for _ in range(bench.rounds_or(ROUNDS))]
    line = compare(
        "a notice as PDF",
        "bare reportlab page, same fonts and texts",
        "ms",
        [cost.notice_times for cost in costs],
        [cost.bare_times for cost in costs],
        aim=paper.GOAL,
    )
    return Section(SECTION, TITLE, [line])
