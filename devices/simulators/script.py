"""Scripts of simulated devices: one JSON object a line, described in docs/devices.md.

{"after": 0.5, "action": "press", "key": 3}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, get_args

from clerk_app.domain.identity import DocumentKind, IdentityDocument
from clerk_app.errors import BadFile
from devices.simulators import faults
from devices.simulators.base import ALWAYS, Simulator, Step
from devices.simulators.card_reader import EVENTS as READER_EVENTS
from devices.simulators.card_reader import (
    SAMPLE,
    CardReaderSimulator,
    Layable,
    SimulatedCard,
    repeated_preamble,
    wrong_check,
)
from devices.simulators.faults import Fault
from devices.simulators.rating_pad import EVENTS as PAD_EVENTS
from devices.simulators.rating_pad import RatingPadSimulator, repeated_start, wrong_sum

_DOCUMENT_KEYS = frozenset(field.name for field in fields(IdentityDocument)) - {"truncated", "sam_id", "number_valid"}

_KINDS = get_args(DocumentKind)


class Fields:
    """The fields of one line; every reading checks, and `finish` refuses what nobody read."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._line = dict(line)

    def number(self, name: str, default: float | None = None) -> float:
        """Seconds, 0 or more."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
            raise ValueError(f"{name} 应是不小于 0 的数")
        return float(value)

    def integer(self, name: str, default: int | None = None, *, at_most: int = 255) -> int:
        """A whole number from 0 to `at_most`."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= at_most:
            raise ValueError(f"{name} 应是 0 到 {at_most} 的整数")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise ValueError(f"{name} 应是文字")
        return value

    def raw(self, name: str, default: str | None = None) -> bytes:
        """Bytes, written in hex."""
        try:
            return bytes.fromhex(self.text(name, default))
        except ValueError:
            raise ValueError(f"{name} 应是十六进制") from None

    def times(self) -> int:
        """How often: `times`, a number from 1 or `"always"`; once where it is not said."""
        if self._line.get("times") == "always":
            del self._line["times"]
            return ALWAYS
        times = self.integer("times", 1, at_most=1_000_000)
        if times == 0:
            raise ValueError("times 应从 1 起")
        return times

    def offsets(self, name: str) -> list[int]:
        """A list of whole numbers."""
        value = self._take(name, None)
        if not isinstance(value, list) or not all(type(each) is int and each >= 0 for each in value):
            raise ValueError(f"{name} 应是一列整数")
        return value

    def table(self, name: str) -> dict[str, Any] | None:
        """An object, None if it is not there."""
        value = self._line.pop(name, None)
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{name} 应是一组内容")
        return value

    def has(self, name: str) -> bool:
        """Whether the line has this field."""
        return name in self._line

    def finish(self) -> None:
        """Refuse fields that mean nothing here."""
        if self._line:
            raise ValueError(f"不认识 {'、'.join(sorted(self._line))}")

    def _take(self, name: str, default: Any) -> Any:
        value = self._line.pop(name, default)
        if value is None:
            raise ValueError(f"缺 {name}")
        return value


Build = Callable[[Fields], Callable[[], None]]
Actions = Mapping[str, Build]


def parse_script(text: str, actions: Actions, events: Sequence[str]) -> list[Step]:
    """The steps of a script; raises `BadFile` with the line and the reason of its first fault."""
    steps = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                steps.append(parse_step(line, actions, events))
            except ValueError as exc:
                raise BadFile(reason=f"第 {number} 行：{exc}") from None
    return steps


def parse_step(line: str, actions: Actions, events: Sequence[str]) -> Step:
    """One step; raises `ValueError` with the reason."""
    try:
        content = json.loads(line)
    except ValueError:
        raise ValueError("不是 JSON") from None
    if not isinstance(content, dict):
        raise ValueError("应是一个 JSON 对象")
    found = Fields(content)
    after_s = found.number("after", 0)
    action = found.text("action")
    on = found.text("on") if found.has("on") else None
    if action not in actions:
        raise ValueError(f"没有 {action} 这个动作")
    if on is not None and on not in events:
        raise ValueError(f"没有 {on} 这个事件")
    act = actions[action](found)
    found.finish()
    return Step(after_s, act, on)


def reader_script(text: str, reader: CardReaderSimulator) -> list[Step]:
    """The steps of a card reader's script."""
    return parse_script(text, reader_actions(reader), READER_EVENTS)


def pad_script(text: str, pad: RatingPadSimulator) -> list[Step]:
    """The steps of a rating pad's script."""
    return parse_script(text, pad_actions(pad), PAD_EVENTS)


def reader_actions(reader: CardReaderSimulator) -> Actions:
    """What a script may do with a card reader."""

    def lay(found: Fields) -> Callable[[], None]:
        card = _card(found)
        return lambda: reader.lay(card)

    def status(found: Fields) -> Callable[[], None]:
        word, times = found.raw("status"), found.times()
        command = found.raw("command") if found.has("command") else None
        if len(word) != 3 or (command is not None and len(command) != 2):
            raise ValueError("status 应是三个字节，command 应是两个字节")
        to = None if command is None else (command[0], command[1])
        return lambda: reader.refuse(word.hex(), to, times)

    return {
        **_common_actions(reader, repeated_preamble, wrong_check),
        "lay": lay,
        "lift": lambda found: reader.lift,
        "status": status,
    }


def pad_actions(pad: RatingPadSimulator) -> Actions:
    """What a script may do with a rating pad."""

    def press(found: Fields) -> Callable[[], None]:
        key = found.integer("key")
        if found.has("then"):
            then = found.integer("then")
            return lambda: pad.press_twice(key, then)
        return lambda: pad.press(key)

    return {**_common_actions(pad, repeated_start, wrong_sum), "press": press}


def _common_actions(device: Simulator, preamble: Callable[[int], Fault], check: Callable[[], Fault]) -> Actions:
    def fault(make: Callable[[Fields], Fault]) -> Build:
        def build(found: Fields) -> Callable[[], None]:
            times = found.times()
            made = make(found)
            return lambda: device.fail(made, times)

        return build

    return {
        "vanish": lambda found: device.vanish,
        "return": lambda found: device.plug_in,
        "garbage": fault(lambda found: faults.garbage_before(found.raw("bytes", "FF0200"))),
        "preamble": fault(lambda found: preamble(found.integer("count", 1))),
        "checksum": fault(lambda found: check()),
        "split": fault(lambda found: faults.split(found.offsets("at"), found.number("pause", 0.05))),
        "slow": fault(lambda found: faults.slow(found.number("pause", 0.001))),
        "cut": fault(lambda found: faults.cut_short(found.integer("size", at_most=4103))),
        "silence": fault(lambda found: faults.silence()),
        "twice": fault(lambda found: faults.twice()),
    }


def _card(found: Fields) -> Layable:
    newest = found.raw("newest_block") if found.has("newest_block") else None
    if found.has("block"):
        return SimulatedCard(found.raw("block"), newest)
    table = found.table("card")
    if table is None:
        return SAMPLE
    unknown = set(table) - _DOCUMENT_KEYS
    if unknown or not all(isinstance(value, str) for value in table.values()):
        raise ValueError(f"证件没有这些项，或不是文字：{'、'.join(sorted(unknown or table))}")
    if table.setdefault("document", "resident_id") not in _KINDS:
        raise ValueError(f"没有 {table['document']} 这种证件")
    return IdentityDocument(**table)
