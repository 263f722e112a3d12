"""Every setting, typed, in one file: read from `settings.toml` in the data folder, handed on by `bootstrap`.

Secrets are not settings. An unknown name is refused with the nearest known one.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from clerk_app.errors import BadFile

FILE_NAME = "settings.toml"
_SERVICE_POINTS = ("hall", "mobile", "home")


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The place: what papers and screens call it, and the telephone numbers printed for the citizen.

    `service_point`: `hall` 大厅, `mobile` 流动办事厅 or `home` 上门; what is not done there is not begun.
    """

    hall_name: str = "例州区政务服务中心"
    window_name: str = "3 号窗口"
    consult_phone: str = ""
    complaint_phone: str = "12345"
    service_point: str = "hall"

    def __post_init__(self) -> None:
        if self.service_point not in _SERVICE_POINTS:
            raise BadFile(reason=f"desk.service_point 应是 {'、'.join(_SERVICE_POINTS)} 中的一个")


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """Ports are pyserial URLs; an empty one means: look for the device. Time-outs are seconds."""

    reader_port: str = ""
    pad_port: str = ""
    pad_profile: str = "ff68"
    card_timeout_s: float = 10.0
    rating_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """`queue` is a CUPS queue; empty puts PDFs into the data folder's `papers`."""

    queue: str = ""


@dataclass(frozen=True, slots=True)
class SecuritySettings:
    """Idle minutes before the screen locks (GB/T 22239-2019 asks for an idle exit)."""

    idle_lock_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings by topic."""

    desk: DeskSettings = field(default_factory=DeskSettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    printer: PrinterSettings = field(default_factory=PrinterSettings)
    security: SecuritySettings = field(default_factory=SecuritySettings)


def load_settings(folder: Path) -> Settings:
    """Read the folder's settings; defaults where there is no file; `BadFile` names what is wrong."""
    path = folder / FILE_NAME
    if not path.exists():
        return Settings()
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise BadFile(reason=f"{FILE_NAME} 读不懂") from None
    topics = {topic.name: topic.default_factory for topic in fields(Settings)}
    _refuse_unknown(content, topics, FILE_NAME)
    return Settings(**{name: _topic(topics[name], name, values) for name, values in content.items()})


def _topic(kind: Any, name: str, values: Any) -> Any:
    known = {item.name: item.type for item in fields(kind)}
    if not isinstance(values, dict):
        raise BadFile(reason=f"{name} 应是一组设置")
    _refuse_unknown(values, known, name)
    for key, value in values.items():
        wanted: tuple[type, ...] = {"str": (str,), "int": (int,), "float": (int, float)}[str(known[key])]
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise BadFile(reason=f"{name}.{key} 的值不对")
    return kind(**values)


def _refuse_unknown(content: dict[str, Any], known: dict[str, Any], where: str) -> None:
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"，是不是 {near[0]}" if near else ""
            raise BadFile(reason=f"{where} 里没有“{name}”这一项{hint}")
