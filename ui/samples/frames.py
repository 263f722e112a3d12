"""Sample frames, sign-in and lock."""

from __future__ import annotations

from dataclasses import replace

from ui.tokens import Tone
from ui.viewmodels.frame import FrameState, SectionItem, SectionKey, StatusView
from ui.viewmodels.parts import ChipView, ProblemView
from ui.viewmodels.sign_in_state import LockState, SignInState

PLACE = "窗口通 · 例州区 3 号窗口"
MARK = "演示"
CATALOGUE = "目录 2026-11-20 版（示例数据）"

SECTIONS: tuple[SectionItem, ...] = (
    SectionItem("intake", "受理"),
    SectionItem("cases", "办件", 2),
    SectionItem("delivery", "出件"),
    SectionItem("outreach", "外出"),
    SectionItem("appeals", "诉求"),
    SectionItem("statistics", "统计"),
    SectionItem("devices", "设备"),
)

READY = (ChipView("读卡器 就绪"), ChipView("评价器 就绪"), ChipView("打印机 就绪"))
NO_PAPER = (ChipView("读卡器 就绪"), ChipView("评价器 就绪"), ChipView("打印机 缺纸", Tone.WARN))

ONLINE = FrameState(
    place=PLACE,
    clerk="王 例",
    mark=MARK,
    devices=NO_PAPER,
    line=ChipView("已同步 09:41"),
    sections=SECTIONS,
    status=StatusView(drafts=7, waiting=4, oldest="09:14", catalogue=CATALOGUE, now="2026-11-23 周一 09:42"),
)

OFFLINE = replace(
    ONLINE,
    devices=READY,
    line=ChipView("离线办理 · 已存 7 件", Tone.OFFLINE),
    status=StatusView(
        offline_for="2 小时 14 分",
        last_sync="07:55",
        drafts=1,
        waiting=7,
        oldest="08:02",
        catalogue=CATALOGUE,
        now="2026-11-24 周二 10:09",
    ),
)


def at(frame: FrameState, section: SectionKey) -> FrameState:
    """The frame with another section in front."""
    return replace(frame, current=section)


SIGN_IN = SignInState(place="例州区政务服务中心 · 3 号窗口", mark=MARK, number="0312")
SIGN_IN_WRONG = replace(SIGN_IN, problem=ProblemView("密码不对。", "请重新输入；连续 5 次不对会锁定 15 分钟。"))
SIGN_IN_LOCKED_OUT = replace(
    SIGN_IN,
    locked_for_s=832,
    problem=ProblemView("密码多次不对，已锁定，还剩 14 分钟。", "请等锁定结束再试，重启电脑不会缩短时间。"),
)
SIGN_IN_BUSY = replace(SIGN_IN, busy="正在打开…")
SIGN_IN_NO_STORE = SignInState(
    problem=ProblemView("这个文件夹里没有本机记录。", "请先运行 clerk init 建立，或用 --data 指定正确的文件夹。")
)
LOCKED = LockState(clerk="王 例 · 工号 0312", drafts=2)
