"""Sample states of what a person must look at."""

from __future__ import annotations

from functools import cache

from clerk_app.domain.conflicts import CHOICES
from clerk_app.services.attention import Attention, ParkedStep
from clerk_app.services.conflicts import NOTHING_LOST, ConflictView, VersionView
from ui.presenters.attention import attention_items
from ui.samples import desk, lists
from ui.viewmodels.attention_state import AttentionState


@cache
def conflict() -> AttentionState:
    """A case that window 5 returned to the citizen while this desk corrected it, and two more things."""
    row = lists.rows()[1]
    theirs = VersionView("补正通知书已送达申请人", desk.at(9, 12), "11-23 09:12", "赵例民", "设备 005")
    ours = VersionView("办结：本人自愿放弃，改天再来", desk.at(9, 31), "11-23 09:31", "王例", "本机")
    view = ConflictView(
        stream=f"case/{row.number}",
        act="00",
        reason="case_is_ended",
        what=f"设备 005 先办了“{theirs.text}”，本机 的“{ours.text}”没有生效。",
        lost=NOTHING_LOST,
        without_effect=ours,
        standing=theirs,
        referred=None,
        choices=tuple(CHOICES.values()),
    )
    waiting = ParkedStep(f"case/{lists.rows()[2].number}", "评价已完成", desk.at(9, 20), "王例", "unknown_kind")
    cases = {f"case/{one.number}": one for one in lists.rows()}
    return AttentionState(attention_items(Attention((view,), (waiting,), 1, cases)), loading=False)


@cache
def parked() -> AttentionState:
    """The second of the same three: the platform is older than this desk."""
    state = conflict()
    return AttentionState(state.items, place=1, loading=False)
