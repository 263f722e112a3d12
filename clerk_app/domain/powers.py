"""What a window may do right now, and what its paper may say about it.

Without the seal at hand no window accepts a matter whose acceptance is a sealed notice: the paper is then a receipt and
never called 受理通知书.
"""

from __future__ import annotations

from clerk_app.domain.case_parts import Effect
from clerk_app.domain.matter import EffectWhen, Matter, Power
from clerk_app.domain.workdays import Due


def power_now(matter: Matter, *, online: bool, seal_at_hand: bool) -> Power:
    """The furthest a window may go with this matter: with a line or without, with the seal at hand or without."""
    return "receive" if lacks_seal(matter, online=online, seal_at_hand=seal_at_hand) else _by_line(matter, online)


def lacks_seal(matter: Matter, *, online: bool, seal_at_hand: bool) -> bool:
    """Whether only the missing seal keeps the window from accepting."""
    return matter.handle.sealed_notice and not seal_at_hand and _by_line(matter, online) != "receive"


def effect_of(matter: Matter, power: Power, due: Due | None) -> Effect:
    """What is in force once the paper is handed over and what is not yet, in one line each.

    What was only received takes effect on the platform's word, whatever the matter.
    """
    text = matter.handle.effects[power]
    when: EffectWhen = "platform" if power == "receive" else matter.handle.effect_when
    words = {"limit": matter.promised.text, "due": due.inner_text if due else ""}
    return Effect(when, text.in_force.format_map(words), text.not_yet.format_map(words))


def _by_line(matter: Matter, online: bool) -> Power:
    return matter.handle.window_power if online else matter.handle.offline_power
