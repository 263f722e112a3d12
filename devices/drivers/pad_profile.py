"""Which key of a rating pad means which grade, and where the pad is on its line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clerk_app.domain.ratings import GRADES, Grade
from clerk_app.errors import BadProfile
from clerk_app.seams import Disk
from devices.protocols.ff68 import BAUD


@dataclass(frozen=True, slots=True)
class PadProfile:
    """A pad that speaks FF 68: `keys` maps the value a key sends (0–255) to its grade."""

    name: str
    keys: Mapping[int, Grade]
    address: int = 1
    baud: int = BAUD

    @property
    def is_limited(self) -> bool:
        """Whether some grade has no key, so that not every opinion can be given here."""
        return set(self.keys.values()) != set(GRADES)


FF68 = PadProfile(
    "ff68",
    MappingProxyType({0: "dissatisfied", 1: "basically_satisfied", 2: "satisfied", 3: "very_satisfied"}),
)
"""The common pad of four keys: it has none for 非常不满意."""

BUILT_IN: Mapping[str, PadProfile] = MappingProxyType({FF68.name: FF68})


def load_profile(name: str, disk: Disk) -> PadProfile:
    """A built-in profile by its name, or one's own from a TOML file at the path `name`; raises `BadProfile`."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    try:
        text = disk.read(Path(name)).decode("utf-8")
    except (OSError, ValueError) as exc:
        raise BadProfile(str(exc), profile=name) from exc
    return parse_profile(text, name)


def parse_profile(text: str, name: str) -> PadProfile:
    """A profile of one's own from TOML; raises `BadProfile` with the first fault found.

    address = 2        # optional, 0–255
    baud = 9600        # optional
    [keys]             # key value = grade
    1 = "very_satisfied"
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadProfile(str(exc), profile=name) from exc
    unknown = set(table) - {"address", "baud", "keys"}
    if unknown:
        raise BadProfile(f"unknown entries {sorted(unknown)}", profile=name)
    return PadProfile(
        name,
        MappingProxyType(_keys(table.get("keys"), name)),
        address=_whole_number(table.get("address", FF68.address), range(256), name),
        baud=_whole_number(table.get("baud", FF68.baud), range(1, 4_000_001), name),
    )


def _keys(table: Any, name: str) -> dict[int, Grade]:
    if not isinstance(table, dict) or not table:
        raise BadProfile("the table [keys] is missing or empty", profile=name)
    keys: dict[int, Grade] = {}
    for key, grade in table.items():
        if not (key.isascii() and key.isdigit() and int(key) < 256):
            raise BadProfile(f"{key!r} is no key value from 0 to 255", profile=name)
        if int(key) in keys:
            raise BadProfile(f"key {int(key)} stands there twice", profile=name)
        keys[int(key)] = _grade(grade, name)
    return keys


def _grade(text: Any, name: str) -> Grade:
    for grade in GRADES:
        if grade == text:
            return grade
    raise BadProfile(f"{text!r} is no grade", profile=name)


def _whole_number(value: Any, allowed: range, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise BadProfile(f"{value!r} is not a number from {allowed[0]} to {allowed[-1]}", profile=name)
    return value
