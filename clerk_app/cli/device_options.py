"""Options of every command on a device."""

from __future__ import annotations

import argparse
import math

_LONGEST_S = 24 * 3600.0


def add_device_options(parser: argparse.ArgumentParser, *, timeout_s: float) -> None:
    """Add `--port`, `--baud`, `--timeout` (default `timeout_s`) and `--json`."""
    parser.add_argument("--port", required=True, metavar="URL", help="/dev/ttyUSB0、COM3、socket://主机:端口 等")
    parser.add_argument("--baud", type=_baud, default=None, metavar="N", help="波特率，默认按设备的规定")
    parser.add_argument(
        "--timeout", type=_seconds, default=timeout_s, metavar="S", help=f"最多等几秒，默认 {timeout_s:g}"
    )
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text} 不是大于 0 的秒数")
    return seconds


def _baud(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 4_000_000):
        raise argparse.ArgumentTypeError(f"{text} 不是波特率")
    return int(text)
