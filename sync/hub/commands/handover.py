"""`clerk-hub import`: a device's hand-over, brought on a stick to the platform itself."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from clerk_app.errors import BadFile
from clerk_app.journal.handover import BATCH, BLOB, read_records
from clerk_app.security.parcel import check_parcel
from sync.batch import decode_batch
from sync.hub.commands.options import SEAMS, open_existing, show
from sync.hub.feed import compare
from sync.hub.unpack import Handover, asked, make_return, missing_before, open_handover, take_records


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `import`."""
    command = subparsers.add_parser("import", help="收下 U 盘带来的交接文件，可重复导入")
    command.add_argument("file", type=Path, help="clerk handover export 导出的文件")
    command.add_argument("--return", dest="answer", type=Path, help="把回执写到这个文件，带回原来的电脑")
    command.add_argument("--recovery-key", type=Path, help="恢复私钥文件，只用于被停用设备的交接文件")
    command.set_defaults(run=_import)


def _import(args: argparse.Namespace) -> int:
    hub = open_existing(args)
    recovery = _recovery_key(args.recovery_key) if args.recovery_key else None
    with _opened(args.file) as file:
        handover = open_handover(hub, file, check_parcel(file), recovery)
        take_records(hub, handover, 0, _never)
        counts = _counts(handover)
    answer = make_return(hub, handover.device, handover.manifest)
    if args.answer:
        _write(args.answer, answer)
    ask, wanted = asked(handover.manifest)
    state = compare(hub, handover.device, ask)
    result = {
        "id": handover.parcel.id,
        "device": handover.parcel.envelope.device,
        "made_at": handover.parcel.envelope.made_at,
        **counts,
        "stopped": sum(chain.standing in ("stopped", "fork") for chain in state.chains),
        "missing": missing_before(state, wanted),
        "return": str(args.answer) if args.answer else None,
    }
    show(result, as_json=args.json)
    return 0


def _never() -> bool:
    return False


def _counts(handover: Handover) -> dict[str, int]:
    entries = blobs = 0
    for record in read_records(handover.content):
        if record.kind == BATCH:
            entries += len(decode_batch(record.read(handover.content)).entries)
        blobs += record.kind == BLOB
    return {"entries": entries, "blobs": blobs}


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadFile(reason=f"交接文件 {path.name} 读不出来") from error
    with file:
        yield file


def _recovery_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(json.loads(path.read_bytes())["recovery"])
        if len(key) != 32:
            raise ValueError("not a key")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFile(reason=f"恢复私钥文件 {path.name} 读不出来") from error
    return key


def _write(path: Path, content: bytes) -> None:
    try:
        SEAMS.disk.replace(path, content)
    except OSError as error:
        raise BadFile(reason=f"回执文件 {path.name} 写不出来") from error
