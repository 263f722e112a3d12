"""`clerk-sim`: a simulated device on a port of its own, for tests, demonstrations and training.

The first line it prints is the port's URL; another follows whenever the device comes back at a new one.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from clerk_app.errors import BadFile, ClerkError
from clerk_app.messages import describe
from clerk_app.seams import SystemDisk
from devices.simulators.base import Simulator, Step, make_wire
from devices.simulators.card_reader import EVENTS as READER_EVENTS
from devices.simulators.card_reader import SAMPLE, CardReaderSimulator
from devices.simulators.rating_pad import EVENTS as PAD_EVENTS
from devices.simulators.rating_pad import RatingPadSimulator
from devices.simulators.script import Actions, Fields, pad_actions, parse_script, parse_step, reader_actions
from devices.simulators.wires import TcpWire, Wire

_LATER = {"receipt-printer": "小票打印机", "scanner": "扫码枪"}
_FOR_EVER_S = 10.0 * 365 * 24 * 3600
_SATISFIED_KEY = 2
_NO_SCRIPT_ANSWERS = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 after a stop that was asked for, 1 with a sentence on failure."""
    args = _parser().parse_args(argv)
    if args.device in _LATER:
        print(f"本版还没有模拟的{_LATER[args.device]}。", file=sys.stderr)
        return 1
    try:
        _run(args)
    except ClerkError as error:
        print(describe(error).line(), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clerk-sim", description="模拟设备：第一行打印端口地址")
    parser.add_argument("device", choices=["card-reader", "rating-pad", *_LATER])
    parser.add_argument("--tcp", action="store_true", help="用 TCP 端口，不用伪终端")
    parser.add_argument("--link", type=Path, metavar="PATH", help="伪终端的固定名字，重新插上也不变")
    parser.add_argument("--script", type=Path, metavar="FILE", help="剧本，每行一个 JSON（见 docs/devices.md）")
    parser.add_argument(
        "--for", dest="seconds", type=float, default=_FOR_EVER_S, metavar="SECONDS", help="多少秒后停止"
    )
    parser.add_argument("--stdin", action="store_true", help="从标准输入逐行接受剧本动作，输入结束即停止")
    return parser


def _run(args: argparse.Namespace) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wire = TcpWire() if args.tcp else make_wire(args.link)
    simulator, actions, events = _make(args.device, wire, has_script=args.script is not None or args.stdin)
    steps = _steps(args.script, actions, events)
    with simulator:
        print(simulator.url, flush=True)
        simulator.play(steps)
        if args.stdin:
            threading.Thread(target=_obey, args=(actions, events, stop), daemon=True).start()
        stop.wait(args.seconds)


def _make(device: str, wire: Wire, *, has_script: bool) -> tuple[Simulator, Actions, Sequence[str]]:
    """The device; without a script a sample card lies on the reader, and the pad answers every prompt."""
    if device == "card-reader":
        reader = CardReaderSimulator(wire)
        if not has_script:
            reader.lay(SAMPLE)
        return reader, _announcing(reader, reader_actions(reader)), READER_EVENTS
    pad = RatingPadSimulator(wire, answers=() if has_script else [_SATISFIED_KEY] * _NO_SCRIPT_ANSWERS)
    return pad, _announcing(pad, pad_actions(pad)), PAD_EVENTS


def _announcing(simulator: Simulator, actions: Actions) -> Actions:
    """The actions, of which `return` tells the new URL if it is another."""

    def come_back() -> None:
        before = simulator.url
        simulator.plug_in()
        if simulator.url != before:
            print(simulator.url, flush=True)

    def build(_: Fields) -> Callable[[], None]:
        return come_back

    return {**actions, "return": build}


def _steps(script: Path | None, actions: Actions, events: Sequence[str]) -> list[Step]:
    if script is None:
        return []
    try:
        text = SystemDisk().read(script).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadFile(reason=f"{script.name} 读不出来") from None
    return parse_script(text, actions, events)


def _obey(actions: Actions, events: Sequence[str], stop: threading.Event) -> None:
    """Do what each line says at once; a line that cannot be understood is told and skipped."""
    # Unbuffered: a thread waiting in a buffered read would not let the interpreter end.
    with io.FileIO(sys.stdin.fileno(), closefd=False) as lines:
        for line in lines:
            try:
                parse_step(line.decode("utf-8", "replace"), actions, events).act()
            except ValueError as exc:
                print(exc, file=sys.stderr, flush=True)
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
