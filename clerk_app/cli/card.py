"""`clerk card read`: reads one identity card, without a store."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from clerk_app.cli.device_options import add_device_options
from clerk_app.domain import id_number
from clerk_app.domain.identity import LONG_TERM

CARD_TIMEOUT_S = 10.0

_DOCUMENTS = {
    "resident_id": "居民身份证",
    "hmt_permit": "港澳台居民居住证",
    "foreign_permanent_2017": "外国人永久居留身份证（2017 版）",
    "foreign_permanent_2023": "外国人永久居留身份证（2023 版）",
    "unknown": "未知证件类型",
}
_SEXES = {"male": "男", "female": "女", "unknown": "未知", "not_stated": "未说明"}
_LABELS = {
    "document": "证件",
    "name": "姓名",
    "english_name": "英文姓名",
    "sex": "性别",
    "ethnicity": "民族",
    "birth_date": "出生日期",
    "address": "住址",
    "newest_address": "最新住址",
    "number": "证件号码",
    "issuer": "签发机关",
    "valid_from": "有效期起",
    "valid_until": "有效期止",
    "nationality": "国籍",
    "permit_number": "通行证号码",
    "issue_count": "签发次数",
    "sam_id": "读卡器编号",
    "truncated": "芯片中有截断",
}


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `card` with its one verb."""
    card = subparsers.add_parser("card", help="证件：读卡")
    verbs = card.add_subparsers(required=True, metavar="动作")
    read = verbs.add_parser("read", help="读一张证件")
    add_device_options(read, timeout_s=CARD_TIMEOUT_S)
    read.set_defaults(run=run, show=show)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Read one card: the keys of the contract, absent ones None."""
    from clerk_app.seams import SystemClock
    from devices.drivers.sam_reader import SamReader
    from devices.protocols.sam import BAUD
    from devices.transport.serial_port import SerialSettings, open_serial

    clock = SystemClock()
    settings = SerialSettings(args.port, args.baud or BAUD)
    reader = SamReader(lambda: open_serial(settings, clock), clock)
    try:
        document = reader.read_card(args.timeout)
    finally:
        reader.close()
    return {**asdict(document), "truncated": list(document.truncated)}


def show(result: dict[str, Any]) -> str:
    """What a person wants to see; numbers are masked, `--json` gives them whole."""
    shown = {
        **result,
        "document": _DOCUMENTS[result["document"]],
        "sex": _SEXES.get(result["sex"]),
        "number": _number(result),
        "permit_number": result["permit_number"] and id_number.mask(result["permit_number"]),
        "valid_until": "长期" if result["valid_until"] == LONG_TERM else result["valid_until"],
        "truncated": "、".join(_LABELS[key] for key in result["truncated"]),
    }
    return "\n".join(f"{label}：{shown[key]}" for key, label in _LABELS.items() if shown[key])


def _number(result: dict[str, Any]) -> str | None:
    if result["number"] is None:
        return None
    remark = "" if result["number_valid"] else "（校验不对，请核对）"
    return id_number.mask(result["number"]) + remark
