"""Seeded cases and attachments, the same bytes for every engine that is compared.

Only `Random(seed)` and SHA-256 are used, so that the same seed makes the same bytes on every machine. The people are
invented: every identity number lies in the area 999999, which does not exist.

    python -m benchmarks.lab.workload --cases 500 --out DIR
        DIR/cases.jsonl   DIR/att/<case id>/<k>.bin
"""

from __future__ import annotations

import argparse
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

SEED = 20260101
CASE_BYTES = 8192
ATTACHMENT_BYTES = 200_000
NO_AREA = "999999"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文辉玲力健华建国志海燕红梅春兰玉萍鹏飞雪晨宇浩然子涵梓轩欣怡"
MATTERS = _words(
    "城乡居民养老保险参保登记 临时救助对象认定 老年人优待证办理 残疾人证新办 居住证签注 失业登记 医疗保险关系转移接续 "
    "个体工商户设立登记 低保金给付 高龄津贴申领 户口迁移 新生儿落户"
)
STREETS = _words("人民路 解放路 建设大街 中山路 和平街 新华路 文化路 胜利街 工业园路 滨河路")
TOWNS = _words("城关镇 东城街道 西城街道 河口乡 南山镇 北苑街道 柳林镇 青石乡")
WORDS = _words(
    "申请人 经核实 材料 齐全 符合 规定 条件 家庭 收入 证明 原件 复印件 已 查验 委托 代办 上门 服务 行动不便 社区 "
    "出具 情况 说明 待 补正 联系 电话 无人接听 已告知 事项 办理 时限 工作日 受理 通过 窗口 流转 审核 意见 同意 "
    "不予 依据 条例 第 条 款 项 备注 银行 账户 信息 一致 照片 清晰 签名 指纹 采集 完成 回执 打印 送达"
)
MATERIALS = _words(
    "居民身份证 户口簿 申请表 委托书 收入证明 残疾证 银行卡复印件 照片 社区证明 诊断证明 房产证 租赁合同 结婚证 "
    "出生医学证明 承诺书"
)
ACTS = _words("录入 扫描 核验 提交 打印 补正 签收")


def case(number: int, *, seed: int = SEED, size: int = CASE_BYTES) -> dict[str, Any]:
    """One case whose compact JSON is within a few bytes of `size`."""
    random = _random(seed, "case", number)
    made = _head(random, number) | _people(random) | _papers(random)
    made |= {"trace": [], "note": ""}
    _fill(random, made, size)
    return made


def cases(count: int, *, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """The first `count` cases."""
    for number in range(count):
        yield case(number, seed=seed)


def attachment(number: int, k: int, *, size: int = ATTACHMENT_BYTES, seed: int = SEED) -> bytes:
    """The k-th attachment of a case: random bytes, which compress as little as a JPEG."""
    return _random(seed, "att", number, k, size).randbytes(size)


def dumps(made: Mapping[str, Any]) -> bytes:
    """Compact JSON."""
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def write_out(folder: Path, count: int, *, with_attachments: int = 0, attachments_each: int = 5) -> None:
    """Write cases, and attachments of the first `with_attachments` of them, for engines that read files."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "cases.jsonl").open("wb") as lines:
        for number, made in enumerate(cases(count)):
            lines.write(dumps(made) + b"\n")
            if number < with_attachments:
                own = folder / "att" / str(made["id"])
                own.mkdir(parents=True, exist_ok=True)
                for k in range(attachments_each):
                    (own / f"{k}.bin").write_bytes(attachment(number, k))


# ---- the parts of a case ----------------------------------------------------------------------------------------


def _head(random: Random, number: int) -> dict[str, Any]:
    return {
        "id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
        "no": f"BJ2026{random.randint(0, 10**9):09d}",
        "item": random.choice(MATTERS),
        "item_code": f"{random.randint(10**11, 10**12 - 1)}",
        "device": f"DEV-{random.randint(1, 40):04d}",
        "clerk": f"U{random.randint(1, 200):05d}",
        "seq": number,
        "created_at": _instant(random),
        "hlc": f"{random.getrandbits(64):016x}",
        "channel": random.choice(["窗口", "上门", "社区流动"]),
        "state": random.choice(["已受理", "待补正", "已办结", "草稿"]),
    }


def _people(random: Random) -> dict[str, Any]:
    applicant = {
        "name": _name(random),
        "id_no": _identity_number(random),
        "phone": f"1{random.randint(3, 9)}{random.randint(0, 10**9 - 1):09d}",
        "addr": _address(random),
        "bank": f"62{random.randint(0, 10**17 - 1):017d}",
        "ethnic": "汉",
        "sex": random.choice("男女"),
    }
    agent = None
    if random.random() < 0.4:
        agent = _person(random) | {"rel": random.choice(["子女", "配偶", "社工", "邻居"])}
    family = [
        _person(random) | {"rel": random.choice(["父", "母", "配偶", "子", "女"]), "income": random.randint(0, 9000)}
        for _ in range(random.randint(1, 5))
    ]
    return {"applicant": applicant, "agent": agent, "family": family}


def _papers(random: Random) -> dict[str, Any]:
    materials = [
        {
            "name": random.choice(MATERIALS),
            "pages": random.randint(1, 4),
            "sha256": f"{random.getrandbits(256):064x}",
            "got": random.choice(["原件", "复印件", "电子"]),
        }
        for _ in range(random.randint(3, 12))
    ]
    form = {f"f{k:02d}": random.choice(_answers(random)) for k in range(30)}
    return {"materials": materials, "form": form}


def _answers(random: Random) -> list[str | bool]:
    return [random.choice(WORDS), str(random.randint(0, 10**6)), _instant(random), True, False]


def _fill(random: Random, made: dict[str, Any], size: int) -> None:
    """Steps of a history, then a note, until the case has its size."""
    used = len(dumps(made))
    while True:
        step = _step(random)
        more = len(dumps(step)) + bool(made["trace"])
        if used + more > size - 40:
            break
        made["trace"].append(step)
        used += more
    characters = "".join(WORDS)
    while used < size - 3:
        character = random.choice(characters)
        made["note"] += character
        used += len(character.encode())


def _step(random: Random) -> dict[str, str]:
    return {
        "at": _instant(random),
        "by": f"U{random.randint(1, 200):05d}",
        "act": random.choice(ACTS),
        "text": "".join(random.choice(WORDS) for _ in range(random.randint(4, 14))),
        "h": f"{random.getrandbits(64):016x}",
    }


def _person(random: Random) -> dict[str, Any]:
    return {"name": _name(random), "id_no": _identity_number(random)}


def _name(random: Random) -> str:
    return random.choice(SURNAMES) + "".join(random.choice(GIVEN) for _ in range(random.choice((1, 2, 2))))


def _identity_number(random: Random) -> str:
    born = f"{random.randint(1940, 2007)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    return f"{NO_AREA}{born}{random.randint(0, 9999):04d}"


def _address(random: Random) -> str:
    street = f"{random.choice(TOWNS)}{random.choice(STREETS)}{random.randint(1, 399)}号"
    return f"{street}{random.randint(1, 30)}栋{random.randint(1, 6)}单元{random.randint(101, 3304)}室"


def _instant(random: Random) -> str:
    day = f"2026-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
    time = f"{random.randint(8, 18):02d}:{random.randint(0, 59):02d}:{random.randint(0, 59):02d}"
    return f"{day}T{time}.{random.randint(0, 999):03d}+08:00"


def _random(*parts: object) -> Random:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))


def main() -> None:
    """Write a data set."""
    parser = argparse.ArgumentParser(description="Seeded cases and attachments.")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--with-attachments", type=int, default=0, metavar="CASES")
    parser.add_argument("--attachments-each", type=int, default=5)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write_out(args.out, args.cases, with_attachments=args.with_attachments, attachments_each=args.attachments_each)


if __name__ == "__main__":
    main()
