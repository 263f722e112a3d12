"""Setting a notice against a bare reportlab page with the same texts: `benchmarks.paper` measures, this reports."""

from __future__ import annotations

from benchmarks import paper
from benchmarks.bench import Bench
from benchmarks.paper import BarePage
from benchmarks.report import Ratio, Section, compare
from tests.unit.printing.samples import acceptance_notice

SECTION, TITLE = "notice", "Setting a notice"
ROUNDS = 5
PAGES_A_ROUND = 10
AGAINST = {
    BarePage.AS_REPORTLAB_SETS_IT: "bare page as reportlab sets it",
    BarePage.CHEAPEST: "the cheapest bare page",
}
AIMS = {BarePage.AS_REPORTLAB_SETS_IT: paper.GOAL, BarePage.CHEAPEST: None}
"""The aim names a bare reportlab page, which is what reportlab sets by itself; the cheapest one stands beside it to
tell how much of the lead is the choice of font settings, which the notice shares."""


def run(bench: Bench) -> Section:
    """Set a 受理通知书 of the usual length, warm."""
    return Section(SECTION, TITLE, [_line(bare_page, bench.rounds_or(ROUNDS)) for bare_page in BarePage])


def _line(bare_page: BarePage, rounds: int) -> Ratio:
    costs = [paper.measure(acceptance_notice(), bare_page, PAGES_A_ROUND) for _ in range(rounds)]
    ours, bare = [cost.notice_times for cost in costs], [cost.bare_times for cost in costs]
    return compare("a notice as PDF", AGAINST[bare_page], "ms", ours, bare, aim=AIMS[bare_page])
