"""The filters of a picker: a menu for each group of people (老、中、青、妇女、儿童、残疾人), and one for each place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ui.say import say
from ui.viewmodels.search_state import FilterView

if TYPE_CHECKING:
    from clerk_app.domain.matter import Audience, Channel

_AUDIENCES: tuple[Audience, ...] = ("old", "middle", "young", "women", "children", "disabled")
_CHANNELS: tuple[Channel, ...] = ("hall", "mobile", "home")


@dataclass(frozen=True, slots=True)
class Filter:
    """For whom and where; None: for everybody, everywhere."""

    audience: Audience | None = None
    channel: Channel | None = None


EVERYTHING = Filter()
"""No filter."""


def at_first(channel: Channel) -> Filter:
    """The filter a picker begins with: away from the hall only what is done there; Alt and its digit shows the rest."""
    return EVERYTHING if channel == "hall" else Filter(channel=channel)


def toggled(chosen: Filter, digit: int) -> Filter:
    """The filter after Alt and a digit: of each kind one at most, and the same digit again takes it back."""
    if 1 <= digit <= len(_AUDIENCES):
        audience = _AUDIENCES[digit - 1]
        return replace(chosen, audience=None if chosen.audience == audience else audience)
    place = digit - len(_AUDIENCES) - 1
    if 0 <= place < len(_CHANNELS):
        channel = _CHANNELS[place]
        return replace(chosen, channel=None if chosen.channel == channel else channel)
    return chosen


def picker_filters(chosen: Filter) -> tuple[FilterView, ...]:
    """Every filter with its digit."""
    words = {
        "old": say("老人"),
        "middle": say("中年"),
        "young": say("青年"),
        "women": say("妇女"),
        "children": say("儿童"),
        "disabled": say("残疾人"),
        "hall": say("大厅办"),
        "mobile": say("流动办"),
        "home": say("上门办"),
    }
    all_filters = (*_AUDIENCES, *_CHANNELS)
    return tuple(
        FilterView(digit, words[code], code in (chosen.audience, chosen.channel))
        for digit, code in enumerate(all_filters, 1)
    )
