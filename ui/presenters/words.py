"""Times, lengths and problems in the words a clerk would use."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from clerk_app.domain.civil import civil_time
from clerk_app.errors import BugError, ClerkError, NotYetAvailable, PlatformError
from clerk_app.messages import describe, message
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView

if TYPE_CHECKING:
    from datetime import date

logger = logging.getLogger(__name__)

_MINUTE_MS = 60_000
_HOUR = 60
_DAY = 24 * _HOUR


def problem_view(error: Exception) -> ProblemView:
    """What happened and what to press next. What is not ours is a bug: logged, and told in one sentence."""
    if not isinstance(error, ClerkError) or isinstance(error, BugError):
        logger.error("unexpected error", exc_info=error)
    words = describe(error) if isinstance(error, ClerkError) else message("bug")
    return ProblemView(words.sentence, words.next_step, _tone(error))


def note_view(sentence: str, next_step: str) -> ProblemView:
    """Something to know that is no failure."""
    return ProblemView(sentence, next_step, Tone.INFO)


def clock_text(at_ms: int, today: date) -> str:
    """An instant: 09:41 for today, else 11-22 17:03."""
    moment = civil_time(at_ms)
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%m-%d %H:%M}"


def status_time(now_ms: int) -> str:
    """Date, weekday and time as the foot of the window shows them: 2026-11-23 周一 09:42."""
    moment = civil_time(now_ms)
    weekdays = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))
    return f"{moment:%Y-%m-%d} {weekdays[moment.weekday()]} {moment:%H:%M}"


def span_text(length_ms: int) -> str:
    """A length of time: 不到 1 分, 14 分, 2 小时 14 分, 3 天 2 小时."""
    minutes = max(length_ms, 0) // _MINUTE_MS
    if minutes < 1:
        return say("不到 1 分")
    if minutes < _HOUR:
        return say("{minutes} 分", minutes=minutes)
    if minutes < _DAY:
        return say("{hours} 小时 {minutes} 分", hours=minutes // _HOUR, minutes=minutes % _HOUR)
    return say("{days} 天 {hours} 小时", days=minutes // _DAY, hours=minutes % _DAY // _HOUR)


def size_text(size: int) -> str:
    """Bytes as people say them: 412 KB, 23.7 MB, 14.2 GB."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{-(-size // 1000)} KB"


def _tone(error: Exception) -> Tone:
    if isinstance(error, NotYetAvailable):
        return Tone.INFO
    return Tone.OFFLINE if isinstance(error, PlatformError) else Tone.BAD
