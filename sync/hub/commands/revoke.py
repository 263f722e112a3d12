"""`clerk-hub revoke` and `clerk-hub quarantine`: a device that is to work no more, and what still comes from it."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clerk_app.domain import case_number
from clerk_app.domain.civil import short_time
from clerk_app.errors import BadFile, NoSuchCase, NothingInQuarantine
from sync.hub.commands.options import SEAMS, open_existing, show
from sync.hub.hub import Hub
from sync.hub.quarantine import Choice, held, keep, listed, release
from sync.hub.revoke import device_of, revoke

logger = logging.getLogger(__name__)

_STATES = {"open": "待处理", "kept": "留存"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both."""
    command = subparsers.add_parser("revoke", help="停用一台设备：它封存未上传的内容，销毁密钥，不再办理")
    command.add_argument("--device", required=True, help="9 位设备代码（大厅 6 位加设备 3 位），或设备名称")
    command.add_argument("--reason", default="", help="原因，会显示在设备上")
    command.set_defaults(run=_revoke)

    command = subparsers.add_parser(
        "quarantine", help="被停用设备后来送到的内容：list 查看，release 放行，keep 留存，drafts 取草稿"
    )
    command.add_argument("act", choices=tuple(_ACTS), metavar="list|release|keep|drafts")
    command.add_argument("--device", default="", help="9 位设备代码或设备名称；release、keep、drafts 必填")
    command.add_argument("--chain", default="", help="只处理这条链")
    command.add_argument("--case", default="", help="只处理这个办件")
    command.add_argument("--out", type=Path, help="drafts：把草稿写到这个文件夹")
    command.set_defaults(run=_quarantine)


def _revoke(args: argparse.Namespace) -> int:
    hub = open_existing(args)
    order = revoke(hub, args.device, args.reason).order
    logger.warning("device %s revoked", order.code)
    if args.json:
        show({"device": order.code, "revoked_at": order.issued_at, "hub_seq": order.hub_seq}, as_json=True)
        return 0
    print(f"设备 {order.code} 已停用。它下次连上平台时会封存没有上传的内容；后来送到的内容进隔离区，等人放行。")
    return 0


def _quarantine(args: argparse.Namespace) -> int:
    hub = open_existing(args)
    _ACTS[args.act](hub, args)
    return 0


def _list(hub: Hub, args: argparse.Namespace) -> None:
    runs, drafts = listed(hub), held(hub)
    if args.json:
        show({"quarantined": [asdict(run) for run in runs], "drafts": len(drafts)}, as_json=True)
        return
    for run in runs:
        about = f"{run.entries} 条，{short_time(run.arrived_at)} 送到，{_STATES[run.state]}"
        print(f"设备 {run.device} 链 {run.chain} {run.first}–{run.last}，{about}")
        for stream in run.streams:
            print(f"  {stream}")
    print(f"共 {sum(run.entries for run in runs)} 条，草稿 {len(drafts)} 份。")


def _release(hub: Hub, args: argparse.Namespace) -> None:
    _decide(hub, args, release, "released", "放行")


def _keep(hub: Hub, args: argparse.Namespace) -> None:
    _decide(hub, args, keep, "kept", "留存")


def _decide(hub: Hub, args: argparse.Namespace, act: Callable[[Hub, Choice], int], key: str, word: str) -> None:
    choice = _choice(hub, args)
    count = act(hub, choice)
    logger.warning("quarantine of device %s: %d entries %s", choice.device, count, key)
    if args.json:
        show({"device": choice.device, key: count}, as_json=True)
    else:
        print(f"设备 {choice.device}：已{word} {count} 条。")


def _drafts(hub: Hub, args: argparse.Namespace) -> None:
    code = device_of(hub, args.device) if args.device else ""
    drafts = held(hub, code)
    if not drafts:
        raise NothingInQuarantine
    out: Path = args.out or Path()
    files = []
    for number, draft in enumerate(drafts, 1):
        file = out / f"draft-{number:03d}.json"
        content: dict[str, Any] = json.loads(draft.to_bytes())
        content["content"] = draft.content.decode("utf-8", "replace")
        try:
            out.mkdir(parents=True, exist_ok=True)
            SEAMS.disk.replace(file, json.dumps(content, ensure_ascii=False, indent=2).encode())
        except OSError as error:
            raise BadFile(reason=f"草稿文件 {file} 写不出来") from error
        files.append(str(file))
    if args.json:
        show({"drafts": files}, as_json=True)
    else:
        print(f"{len(files)} 份草稿已写到 {out}，里面有个人信息，用完请删除。")


def _choice(hub: Hub, args: argparse.Namespace) -> Choice:
    stream = ""
    if args.case:
        number = case_number.parse(args.case)
        if number is None:
            raise NoSuchCase(number=args.case)
        stream = f"case/{number}"
    return Choice(device_of(hub, args.device), args.chain, stream)


_ACTS: dict[str, Callable[[Hub, argparse.Namespace], None]] = {
    "list": _list,
    "release": _release,
    "keep": _keep,
    "drafts": _drafts,
}
