"""`clerk init`, `clerk enrol`, `clerk verify`: the store itself."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clerk_app.cli.store_options import add_store_options, clerk_number, data_folder, password


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the three commands."""
    init = subparsers.add_parser("init", help="建立本机记录和第一个工号")
    add_store_options(init)
    init.add_argument("--name", default="", help="姓名")
    init.add_argument("--practice", action="store_true", help="练习用，不登记、不上传")
    init.add_argument("--json", action="store_true")
    init.set_defaults(run=_init, show=_show_init)

    enrol = subparsers.add_parser("enrol", help="用登记文件把本机登记到平台")
    enrol.add_argument("file", type=Path)
    add_store_options(enrol)
    enrol.add_argument("--json", action="store_true")
    enrol.set_defaults(run=_enrol, show=_show_enrol)

    verify = subparsers.add_parser("verify", help="核验本机记录：链、签名、扫描件、列表")
    add_store_options(verify)
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify, show=_show_verify)

    recover = subparsers.add_parser("recover", help="本机记录被回退后，继续办理")
    add_store_options(recover)
    recover.add_argument("--json", action="store_true")
    recover.set_defaults(run=_recover, show=_show_recover)


def _recover(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import recover_store

    return asdict(recover_store(data_folder(args), clerk_number(args), password(args)))


def _show_recover(result: dict[str, Any]) -> str:
    if not result["acts"]:
        return "可以继续办理。平台上有、本机没有的，下次同步时自动取回。"
    return (
        f"可以继续办理，编号接着以前的用。本机缺 {result['acts']} 条记录（办件约 {result['cases']} 件）："
        "已上传的下次同步时自动取回，没有上传的请凭纸质材料补录。"
    )


def _init(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import create_store

    folder, clerk = data_folder(args), clerk_number(args)
    with create_store(
        folder, clerk=clerk, name=args.name or clerk, password=password(args, new=True), practice=args.practice
    ) as store:
        return {"data": str(folder.path), "clerk": clerk, "practice": store.practice}


def _enrol(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import enrol_store, open_for_writing

    with open_for_writing(data_folder(args), clerk_number(args), password(args)) as store:
        place = enrol_store(store, args.file, clerk=clerk_number(args))
        return {"hall": place.hall, "device": place.device, "device_name": place.device_name}


def _verify(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import inspect_store

    return asdict(inspect_store(data_folder(args), clerk_number(args), password(args)))


def _show_init(result: dict[str, Any]) -> str:
    kind = "练习记录" if result["practice"] else "本机记录"
    next_step = "" if result["practice"] else "下一步：clerk enrol 登记文件。"
    return f"已建立{kind}：{result['data']}，工号 {result['clerk']}。{next_step}"


def _show_enrol(result: dict[str, Any]) -> str:
    return f"已登记：大厅 {result['hall']}，设备 {result['device']}（{result['device_name']}）。有网后会自动同步。"


def _show_verify(result: dict[str, Any]) -> str:
    parts = {"链": "chain_ok", "签名": "signatures_ok", "扫描件": "blobs_ok", "列表": "projections_ok"}
    lines = [f"{name}：{'完整' if result[key] else '有问题'}" for name, key in parts.items()]
    fault = f"\n第一处问题：{result['first_fault']}。请不要改动文件夹，联系维护人员。" if result["first_fault"] else ""
    return f"共 {result['entries']} 条。" + "，".join(lines) + "。" + fault
