"""`clerk pad test`: asks a rating pad for one answer, without a store. It writes nothing.

The states are results: a citizen who presses nothing and a pad that fails end with exit 0 and say so. Exit 1 means that
nothing could be asked: a wrong address or profile, or a port that another program holds, as the window does during
a real invitation.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from clerk_app.cli.device_options import add_device_options
from clerk_app.domain.ratings import Grade
from clerk_app.errors import DeviceBusy, DeviceError, DeviceNotPermitted
from clerk_app.messages import describe
from clerk_app.seams import SystemClock, SystemDisk

PAD_TIMEOUT_S = 60.0

_GRADES: dict[Grade, str] = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "basically_satisfied": "基本满意",
    "dissatisfied": "不满意",
    "very_dissatisfied": "非常不满意",
}
_REFUSALS = (DeviceBusy, DeviceNotPermitted)


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `pad` with its one verb."""
    pad = subparsers.add_parser("pad", help="评价器：测试")
    verbs = pad.add_subparsers(required=True, metavar="动作")
    test = verbs.add_parser("test", help="请按一次键，看评价器好不好用；不记录")
    add_device_options(test, timeout_s=PAD_TIMEOUT_S)
    test.add_argument("--profile", default="ff68", metavar="NAME", help="ff68，或自己的配置文件（TOML）")
    test.set_defaults(run=run, show=show)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Ask for one key: `state` and `grade`."""
    from devices.drivers.ff68_pad import Ff68Pad
    from devices.drivers.pad_profile import load_profile
    from devices.transport.serial_port import SerialSettings, open_serial

    clock = SystemClock()
    profile = load_profile(args.profile, SystemDisk())
    settings = SerialSettings(args.port, args.baud or profile.baud)
    pad = Ff68Pad(profile, lambda: open_serial(settings, clock), clock)
    try:
        grade = pad.take_grade(args.timeout)
    except _REFUSALS:
        raise
    except DeviceError as error:
        if not args.json:
            print(describe(error).line(), file=sys.stderr)
        return {"state": "device_failed", "grade": None}
    finally:
        pad.close()
    return {"state": "timed_out" if grade is None else "answered", "grade": grade}


def show(result: dict[str, Any]) -> str:
    """What a person wants to see."""
    match result["state"]:
        case "answered":
            return f"评价器可用，收到：{_GRADES[result['grade']]}"
        case "timed_out":
            return "评价器已连接，没有人按键。"
    return "评价器没有测成。"
