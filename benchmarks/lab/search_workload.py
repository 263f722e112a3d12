"""A synthetic catalogue of 20,000 matters and what a clerk types to find them; the same for everybody, seeded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from clerk_app.catalogue.listed import Listed
from clerk_app.catalogue.readings import make_readings

MATTERS = 20_000
SEED = 20261122

_PLACES = (
    "",
    "城乡居民",
    "企业职工",
    "灵活就业人员",
    "个体工商户",
    "农民专业合作社",
    "外商投资企业",
    "事业单位",
    "退役军人",
    "未成年人",
)
_SUBJECTS_TEXT = """
基本养老保险 基本医疗保险 失业保险 工伤保险 生育保险 住房公积金 居住证 户口簿 出生医学证明 结婚登记
残疾人证 社会保障卡 营业执照 食品经营许可 药品经营许可 公共场所卫生许可 道路货物运输许可 机动车驾驶证
不动产权证书 房屋租赁合同 建设工程规划许可 排水许可 户外招牌设施 消防安全检查 特种设备使用登记
烟草专卖零售许可 特困人员救助供养 最低生活保障 临时救助 高龄津贴 护理补贴 学籍证明 教师资格
义务教育入学 助学贷款 法律援助 公证事项 志愿服务 人才引进落户 技术合同认定 取水许可 林木采伐许可
动物防疫条件 种子生产经营许可 渔业捕捞许可 旅行社业务 营业性演出 印刷经营许可 出版物零售许可
电影放映许可
"""
_SUBJECTS = tuple(_SUBJECTS_TEXT.split())
_ACTS_TEXT = """
申请 申领 新办 变更 延续 注销 补领 换领 核发 备案 登记 认定 待遇申领 关系转移 信息查询 证明打印
资格认证 年度报告 挂失 撤销 参保登记 停保 缴费 一次性支取 补贴发放 优惠减免 现场勘验 异地办理
委托代办 材料补正 复核 异议处理
"""
_ACTS = tuple(_ACTS_TEXT.split())
_TAILS = ("", "（首次）", "（跨省）", "（即办）", "（上门）")


@dataclass(frozen=True, slots=True)
class Workload:
    """The items, how often each was taken in, the readings of their names, and what is typed."""

    items: tuple[Listed, ...]
    uses: dict[str, int]
    readings: dict[str, str]
    typed: tuple[str, ...]


def make_workload(queries: int = 400) -> Workload:
    """Items and `queries` searches: beginnings as they are typed, whole names, pinyin, initials, slips."""
    dice = random.Random(SEED)
    names = [f"{place}{subject}{act}{tail}" for place, subject, act, tail in product(_PLACES, _SUBJECTS, _ACTS, _TAILS)]
    items = tuple(
        Listed("matter", f"X{at:05d}", name, (), ("hall",), ()) for at, name in enumerate(dice.sample(names, MATTERS))
    )
    uses = {item.code: dice.choice((0, 0, 0, 3, 40)) for item in items}
    readings = make_readings(item.name for item in items)
    return Workload(items, uses, readings, tuple(_typed(dice, items, readings) for _ in range(queries)))


def _typed(dice: random.Random, items: Sequence[Listed], readings: dict[str, str]) -> str:
    name = dice.choice(items).name
    start = dice.randrange(max(1, len(name) - 4))
    part = name[start : start + dice.randint(1, 6)]
    syllables = readings[name].split()[start : start + dice.randint(2, 4)]
    sound = "".join(syllables)
    slip = dice.randrange(len(sound))
    return dice.choice(
        (
            part,
            name,
            sound,
            sound[: dice.randint(2, len(sound))],
            "".join(syllable[0] for syllable in syllables),
            sound[:slip] + dice.choice("aeioungh") + sound[slip + 1 :],
            part[:1] + part[2:] if len(part) > 2 else part,
        )
    )
