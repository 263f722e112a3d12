"""`clerk notice`: give a one-time notice (一次性告知书), or open one again by its number."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.cli.hints import read_answers
from clerk_app.cli.store_options import add_store_options, clerk_number, data_folder, password
from clerk_app.domain import notice_number
from clerk_app.errors import BadFile

if TYPE_CHECKING:
    from clerk_app.domain.one_time_notice import OneTimeKind
    from clerk_app.services.notices import ReopenedNotice


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `notice`."""
    notice = subparsers.add_parser("notice", help="一次性告知书：给一份，或按编号再打开")
    notice.add_argument("what", metavar="CODE", help="事项或套餐代码，例：P31、PK01；或告知书编号（20 位）")
    notice.add_argument("--answers", type=Path, metavar="FILE", help="情形和要素的回答，JSON：代码到回答")
    notice.add_argument("--without", nargs="+", default=[], metavar="CODE", help="群众不办的自选事项")
    notice.add_argument("--out", type=Path, metavar="FILE", help="PDF 文件")
    notice.add_argument("--large", action="store_true", help="大字版")
    add_store_options(notice)
    notice.add_argument("--json", action="store_true")
    notice.set_defaults(run=_notice, show=_show)


def _notice(args: argparse.Namespace) -> dict[str, Any]:
    number = notice_number.parse(args.what)
    return _give(args) if number is None else _open(args, number)


def _give(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import clerk_name, make_desk, open_for_writing
    from clerk_app.services.notices import notify_once
    from clerk_app.services.papers import render_document
    from clerk_app.services.sign_in import sign_in, sign_out

    if args.out is None:
        raise BadFile(reason="没有写明 PDF 文件（--out）")
    answers = read_answers(args.answers) if args.answers else {}
    folder, clerk = data_folder(args), clerk_number(args)
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store)
        me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
        try:
            told = notify_once(desk, me, args.what, answers, without=args.without, large=args.large, queued=False)
        finally:
            sign_out(desk, me)
        pdf = render_document(desk, told.number, _kind(args), reprint=False)
    _write(args.out, pdf)
    return {"number": told.number, "code": told.subject.code, "name": told.subject.name, "out": str(args.out)}


def _open(args: argparse.Namespace, number: str) -> dict[str, Any]:
    """What a notice was about; taken up from the platform if it is another desk's."""
    from clerk_app.bootstrap import case_directory, clerk_name, make_desk, open_for_writing
    from clerk_app.services.notices import reopen_notice
    from clerk_app.services.papers import render_document
    from clerk_app.services.sign_in import sign_in, sign_out

    folder, clerk = data_folder(args), clerk_number(args)
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store, directory=case_directory(store))
        me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
        try:
            again = reopen_notice(desk, me, number)
        finally:
            sign_out(desk, me)
        if args.out is not None:
            _write(args.out, render_document(desk, number, _kind(args)))
    return _body(again) | ({"out": str(args.out)} if args.out else {})


def _kind(args: argparse.Namespace) -> OneTimeKind:
    return "one_time_notice_large" if args.large else "one_time_notice"


def _body(again: ReopenedNotice) -> dict[str, Any]:
    given, subject = again.given, again.subject
    return {
        "number": given.number,
        "code": subject.code,
        "name": subject.name,
        "version": subject.version,
        "other_version": again.is_other_version,
        "answers": dict(given.answers),
        "without": list(given.without),
        "items": [{"code": item.code, "name": item.name} for item in given.items],
        "not_on_it": [{"code": need.code, "name": need.name} for need in again.not_on_it],
        "added": [
            {"items": [item.code for item in added.items], "reason": added.reason, "supervisor": added.supervisor}
            for added in given.added
        ],
    }


def _write(path: Path, pdf: bytes) -> None:
    try:
        path.write_bytes(pdf)
    except OSError:
        raise BadFile(reason=f"{path} 写不进去") from None


def _show(result: dict[str, Any]) -> str:
    head = f"{notice_number.grouped(result['number'])}  {result['code']}  {result['name']}"
    if "items" not in result:
        return f"{head}\n已生成 {result['out']}。"
    told = [f"  {code}：{answer}" for code, answer in result["answers"].items()]
    items = [f"  {item['code']} {item['name']}" for item in result["items"]]
    fresh = [f"  告知书上没有，要负责人同意：{item['code']} {item['name']}" for item in result["not_on_it"]]
    version = ["  目录已换新版，以告知书为准。"] if result["other_version"] else []
    return "\n".join([head, *told, *items, *fresh, *version])
