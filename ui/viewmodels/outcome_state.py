"""The outcomes a matter can end in, as F10 shows them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from clerk_app.domain.outcomes import OUTCOMES, Outcome


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One outcome. `instead`: what to do where this version cannot do it; `ask_reason`: the question for a reason."""

    digit: int
    label: str
    note: str
    instead: str = ""
    ask_reason: str = ""


def outcome_views() -> tuple[OutcomeView, ...]:
    """All eight, in the order of their digits."""
    return tuple(_view(outcome) for outcome in OUTCOMES)


def _view(outcome: Outcome) -> OutcomeView:
    say = QCoreApplication.translate
    notes = {
        "accepted": say("outcome", "材料齐全、符合规定"),
        "received": say("outcome", "先收下，审了再告知"),
        "deferred": say("outcome", "缺的可以后补"),
        "correction": say("outcome", "一次说清要补什么"),
        "not_accepted": say("outcome", "写明理由和救济途径"),
        "transferred": say("outcome", "不归本窗口办"),
        "consulted": say("outcome", "只咨询，给了告知书"),
        "abandoned": say("outcome", "申请人自己不办了"),
    }
    ask = say("outcome", "申请人说的原因，写一句") if "reason" in outcome.needs else ""
    instead = say("outcome", "草稿留着。请按现行办法办理，并在纸上登记。")
    return OutcomeView(
        outcome.digit,
        outcome.label,
        notes[outcome.name],
        instead="" if outcome.available else instead,
        ask_reason=ask if outcome.available else "",
    )
