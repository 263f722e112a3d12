"""Sample states of what a person must look at."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from clerk_app.domain.civil import short_time
from clerk_app.domain.conflicts import CHOICES
from clerk_app.domain.fold import Fact
from clerk_app.domain.history import history_line
from clerk_app.domain.rechecks import Recheck
from clerk_app.services.attention import Attention, ParkedStep, RecheckStep
from clerk_app.services.conflicts import NOTHING_LOST, OWN, ConflictView, VersionView, what_happened
from ui.presenters.attention import attention_items
from ui.samples import desk, lists
from ui.say import say
from ui.viewmodels.attention_state import AttentionState


@cache
def conflict() -> AttentionState:
    """Two windows settled the same re-check of a case, and three more things."""
    row = lists.rows()[1]
    theirs = _settled("已换交出租人签字的合同", desk.at(9, 12), "赵例民", "设备 005")
    ours = _settled("合同已补签", desk.at(9, 31), "王例", OWN)
    view = ConflictView(
        stream=f"case/{row.number}",
        act="00",
        reason="recheck_settled",
        what=what_happened(theirs, ours),
        lost=NOTHING_LOST,
        without_effect=ours,
        standing=theirs,
        referred=None,
        # The re-check is settled: the same word once more would again have no effect.
        choices=tuple(words for words in CHOICES.values() if words.choice != "record_again"),
    )
    waiting = ParkedStep(f"case/{lists.rows()[2].number}", "评价已完成", desk.at(9, 20), "王例", "unknown_kind")
    cases = {f"case/{one.number}": one for one in lists.rows()}
    return AttentionState(attention_items(Attention((view,), (_differing(),), (waiting,), 1, cases)), loading=False)


@cache
def parked() -> AttentionState:
    """The third of the same four: the platform is older than this desk."""
    return AttentionState(conflict().items, place=2, loading=False)


@cache
def recheck() -> AttentionState:
    """The second: a licence that was taken on the clerk's word is not in the library."""
    return AttentionState(conflict().items, place=1, loading=False)


@cache
def unreadable() -> AttentionState:
    """The last: the platform is newer than this desk."""
    return AttentionState(conflict().items, place=3, loading=False)


@cache
def referred() -> AttentionState:
    """Somebody has asked for a supervisor."""
    item = replace(conflict().items[0], note=say("已请主管处理：{note}", note="两份合同的出租人不同"))
    return AttentionState((item,), loading=False)


@cache
def malformed() -> AttentionState:
    """The platform cannot read what this desk wrote."""
    row = lists.rows()[2]
    step = ParkedStep(f"case/{row.number}", "评价已完成", desk.at(9, 20), desk.CLERK_NAME, "malformed")
    return AttentionState(attention_items(Attention((), (), (step,), 0, {step.stream: row})), loading=False)


def _differing() -> RecheckStep:
    known = Recheck("M06", "近期免冠照片", "differs", "not_found")
    return RecheckStep(
        f"case/{lists.rows()[2].number}", known, desk.at(9, 2), desk.CLERK_NAME, desk.at(9, 41), "130 0000 0001"
    )


def _settled(note: str, at: int, clerk: str, where: str) -> VersionView:
    body = {"subject": "material:M10", "name": "房屋租赁合同", "note": note}
    line = history_line(Fact("case/1", "case.recheck_settled", body, at, clerk=clerk, chain="1"), clerk)
    return VersionView(line.text, at, short_time(at), line.by, where)
