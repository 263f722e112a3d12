"""`clerk handover`: sealed work on a stick, out of this device, through it, and the platform's answer back into it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.cli.store_options import add_store_options, clerk_number, data_folder, password
from clerk_app.domain.civil import civil_date
from clerk_app.errors import NoSuchCargo
from clerk_app.messages import message

if TYPE_CHECKING:
    from clerk_app.services.handover import Handovers

_STATES = {"waiting": "等待送达", "delivered": "已送达", "refused": "平台没有收下"}


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `handover` with its five verbs."""
    parser = subparsers.add_parser("handover", help="没有网络时用 U 盘交接")
    verbs = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))

    export = verbs.add_parser("export", help="把还没有签收的内容写到 U 盘（密封，只有平台能打开）")
    export.add_argument("file", type=Path)
    export.add_argument("--all", action="store_true", help="连已签收的也写上，平台丢过记录时用")
    _finish(export, _export, _show_export)

    take = verbs.add_parser("import", help="导入 U 盘上的文件：代送别的设备，或收下本机的回执")
    take.add_argument("file", type=Path)
    _finish(take, _import, _show_import)

    answer = verbs.add_parser("return", help="把已送达的回执写到 U 盘，带回原来的电脑")
    answer.add_argument("file", type=Path)
    answer.add_argument("--id", help="哪一份代送，编号开头几位；不写为最近送达的一份")
    _finish(answer, _return, _show_return)

    listing = verbs.add_parser("list", help="导出和代送的情况")
    _finish(listing, _list, _show_list)

    drop = verbs.add_parser("drop", help="不再代送一份交接文件，删掉它")
    drop.add_argument("id", help="编号，开头几位即可")
    _finish(drop, _drop, _show_drop)


def _finish(parser: argparse.ArgumentParser, run: Any, show: Any) -> None:
    add_store_options(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run, show=show)


@contextmanager
def _handovers(args: argparse.Namespace) -> Iterator[Handovers]:
    from clerk_app.bootstrap import make_handovers, open_for_writing

    with open_for_writing(data_folder(args), clerk_number(args), password(args)) as store:
        yield make_handovers(store)


def _export(args: argparse.Namespace) -> dict[str, Any]:
    with _handovers(args) as handovers:
        return {"file": str(args.file), **asdict(handovers.export(args.file, whole=args.all))}


def _import(args: argparse.Namespace) -> dict[str, Any]:
    with _handovers(args) as handovers:
        taken = handovers.take_in(args.file)
    if taken.answer is not None:
        return {"kind": "return", **asdict(taken.answer)}
    if taken.carried is None:
        raise NoSuchCargo
    return {"kind": "handover", "new": taken.is_new, **asdict(taken.carried)}


def _return(args: argparse.Namespace) -> dict[str, Any]:
    with _handovers(args) as handovers:
        return {"file": str(args.file), **asdict(handovers.write_return(args.file, args.id))}


def _list(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import make_handovers, open_for_reading

    with open_for_reading(data_folder(args), clerk_number(args), password(args)) as store:
        return asdict(make_handovers(store).standing())


def _drop(args: argparse.Namespace) -> dict[str, Any]:
    with _handovers(args) as handovers:
        found = [one for one in handovers.standing().carried if one.id.startswith(args.id)]
        if len(found) != 1:
            raise NoSuchCargo
        return asdict(handovers.drop(found[0].id))


def _show_export(result: dict[str, Any]) -> str:
    damaged = f"有 {result['damaged']} 份扫描件损坏，没有写上，请运行 clerk verify。" if result["damaged"] else ""
    return (
        f"已导出到 {result['file']}：{result['entries']} 条，扫描件 {result['blobs']} 份。"
        f"平台签收之前仍算待上传。{damaged}"
    )


def _show_import(result: dict[str, Any]) -> str:
    if result["kind"] == "return":
        return _show_answer(result)
    if result["state"] == "delivered":
        return f"设备 {result['device']} 的这份交接文件早已送达平台。请用 clerk handover return 把回执带回。"
    word = "已收下" if result["new"] else "早已收下"
    return f"{word}设备 {result['device']} 的交接文件，同步时代为送达平台；本机打不开它的内容。"


def _show_answer(result: dict[str, Any]) -> str:
    line = f"回执已收下：新签收 {result['acked']} 条，平台来文 {result['facts']} 件，待上传 {result['pending']} 条。"
    if result["missing"]:
        line += "平台缺少更早的记录，请用 clerk handover export --all 再导出一次。"
    if result["stopped"]:
        line += "平台停收了一段记录，新办的会另起一段，请联系维护人员核对。"
    return line


def _show_return(result: dict[str, Any]) -> str:
    return f"设备 {result['device']} 的回执已写到 {result['file']}，请带回那台电脑导入。"


def _show_list(result: dict[str, Any]) -> str:
    lines = []
    if result["exported_at"] is not None:
        waiting = f"其中 {result['exported_pending']} 条还没有签收" if result["exported_pending"] else "都已签收"
        lines.append(f"{_day(result['exported_at'])} 已导出到 U 盘，{waiting}。")
    for one in result["carried"]:
        reason = message(f"bad_parcel.{one['reason']}").sentence if one["reason"] else ""
        lines.append(f"{one['id'][:8]}  设备 {one['device']}  {_day(one['made_at'])}  {_STATES[one['state']]}{reason}")
    return "\n".join(lines) or "没有导出过，也没有代送的交接文件。"


def _show_drop(result: dict[str, Any]) -> str:
    return f"已删掉设备 {result['device']} 的交接文件。"


def _day(time_ms: int) -> str:
    return civil_date(time_ms).isoformat()
