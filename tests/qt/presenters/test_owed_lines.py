"""What is owed to a case, on its line of the list."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ui.presenters.cases import case_line
from ui.samples import desk, lists
from ui.tokens import Tone


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (-2, "容缺 1 份，过期 2 天", Tone.BAD),
        (0, "容缺 1 份，今天到期", Tone.WARN),
        (1, "容缺 1 份，明天到期", Tone.WARN),
        (8, "容缺 1 份，12-01 前补", Tone.WARN),
    ],
)
def test_a_paper_to_come_says_by_when_and_turns_red_when_its_day_is_over(days, text, tone):
    until = desk.TODAY + timedelta(days=days)
    row = replace(lists.rows()[2], owed_papers=1, owed_until=until.isoformat())
    status = case_line(row, desk.around().calendar, desk.TODAY, is_online=True).status
    assert (status.text, status.tone) == (text, tone)


def test_a_promise_is_said_beside_the_state():
    row = replace(lists.rows()[2], owed_promises=2)
    status = case_line(row, desk.around().calendar, desk.TODAY, is_online=True).status
    assert (status.text, status.tone) == ("已受理 · 承诺 2 项", Tone.NEUTRAL)
