"""Sample states of the full counter: 居住登记及居住证申领."""

from __future__ import annotations

from dataclasses import replace

from ui.tokens import Tone
from ui.viewmodels.counter_state import (
    CheckView,
    CounterState,
    DoneView,
    MatterView,
    PaperView,
    ParkedView,
    PersonView,
    ServiceLine,
)
from ui.viewmodels.parts import (
    ActionView,
    ChipView,
    Choice,
    FactView,
    FieldView,
    MaterialView,
    MissingView,
    ProblemView,
    SectionView,
    StepState,
    StepView,
    TextRow,
)

_CARD = "来自身份证"
_TYPED = "窗口填写"
_SAY = "登记今天就算数，居住证 12 月 7 日前发放。"

PERSON = PersonView(
    name="周例安",
    line="男 · 34 岁 · 汉",
    presence=ChipView("本人在场", Tone.OK),
    rows=(
        TextRow("证件号", "999999 19920216 0010"),
        TextRow("有效期", "2034-05-08 止"),
        TextRow("户籍", "例省例州市甲县乙镇丙村 12 号"),
        TextRow("手机", "130 0000 0001"),
    ),
    ticket="A037",
)

MATTER = MatterView("P31", "居住登记及居住证申领", (ChipView("公安"), ChipView("承诺 10 工作日")))

FACTS = tuple(
    FactView(label, value, "身", _CARD)
    for label, value in (
        ("姓名", "周例安"),
        ("性别", "男"),
        ("民族", "汉"),
        ("出生日期", "1992-02-16"),
        ("证件类型", "居民身份证"),
        ("证件号码", "999999 19920216 0010"),
        ("证件有效期", "2034-05-08"),
        ("户籍地址", "例省例州市甲县乙镇丙村 12 号"),
    )
)


def _typed(code: str, label: str, value: str = "", **more: object) -> FieldView:
    view = FieldView(code, label, value=value, mark="填", mark_meaning=_TYPED)
    return replace(view, **more)  # type: ignore[arg-type]


def choices(*labels: str) -> tuple[Choice, ...]:
    """Choices whose code is their label, as in the catalogue."""
    return tuple(Choice(label, label) for label in labels)


REASONS = choices("务工", "经商", "就学", "投靠亲属", "其他")
HOUSING = choices("个人出租房", "自购房", "单位宿舍", "借住")
PICKUP = choices("窗口自取", "邮寄")
NO_PHONE = choices("无手机")

SECTIONS = (
    SectionView("本人", "读身份证得来，不用录", facts=FACTS),
    SectionView(
        "现居住地",
        "请核对",
        (
            _typed("g.P3.area", "街道 / 社区", "例新街道 · 例湖社区"),
            _typed("g.P3.detail", "详细地址", "例湖路 18 号 3 栋 502", editor="address"),
        ),
    ),
    SectionView(
        "联系",
        "",
        (
            FieldView(
                "g.P4.phone",
                "手机",
                editor="phone",
                value="13000000001",
                mark="前",
                mark_meaning="来自上次办理",
                optional=True,
                choices=NO_PHONE,
            ),
            _typed("g.P4.backup_name", "备用联系人", optional=True, placeholder="可不填"),
            _typed("g.P4.backup_phone", "备用联系人电话", editor="phone", optional=True, placeholder="可不填"),
        ),
    ),
    SectionView(
        "居住情况",
        "还差 2 项",
        (
            _typed("g.R2.reason", "居住事由", "", editor="choice", choices=REASONS),
            _typed("g.R2.since", "居住起始", "2026-11-31", editor="date", error="日期不对，例：2026-11-17"),
            _typed("g.R2.housing", "房屋类型", "个人出租房", editor="choice", choices=HOUSING),
        ),
    ),
    SectionView(
        "取件",
        "",
        (
            _typed("g.P9.pickup", "取件方式", "邮寄", editor="choice", choices=PICKUP),
            _typed("g.P9.address", "收件地址", "例湖路 18 号 3 栋 502", editor="address"),
        ),
    ),
)

STATES = {
    "received": Choice("received", "已收"),
    "exempt": Choice("exempt", "免提交"),
    "deferred": Choice("deferred", "容缺后补"),
    "missing": Choice("missing", "缺"),
}


def _material(code: str, name: str, note: str, chip: ChipView, state: str, offered: str) -> MaterialView:
    return MaterialView(code, name, note, chip, state, tuple(STATES[key] for key in offered.split()))


MATERIALS = (
    _material("M01", "居民身份证", "读卡代替复印件", ChipView("免提交"), "exempt", "received exempt missing"),
    _material("M10", "房屋租赁合同", "原件已看 · 3 页", ChipView("已收"), "received", "received missing"),
    _material(
        "M06",
        "近期免冠照片",
        "证照库已有的可以直接用",
        ChipView("免提交"),
        "exempt",
        "received exempt deferred missing",
    ),
    _material("M17", "劳动合同", "今天没带", ChipView("还没有", Tone.WARN), "missing", "received deferred missing"),
)
OPEN_MATERIALS = (
    MATERIALS[0],
    replace(
        MATERIALS[1],
        note="租房交租赁合同；自购房交产权证或购房合同；宿舍、借住交住宿证明",
        chip=ChipView("还没有", Tone.WARN),
        state="missing",
    ),
    replace(MATERIALS[2], chip=ChipView("还没有", Tone.WARN), state="missing"),
    replace(MATERIALS[3], note="劳动合同，或用人单位出具的劳动关系证明"),
)

MISSING = (
    MissingView("g.R2.reason", "居住事由"),
    MissingView("g.R2.since", "居住起始", "日期不对，例：2026-11-17", ChipView("要改", Tone.BAD)),
    MissingView("M17", "劳动合同", "可容缺后补", ChipView("还没有", Tone.WARN)),
)

_STEPS = (
    ("person", "人"),
    ("matter", "事项"),
    ("materials", "材料"),
    ("form", "一张表"),
    ("check", "核对签字"),
    ("done", "办结"),
)


def steps(current: str) -> tuple[StepView, ...]:
    """The steps with `current` in front."""
    place = [key for key, _ in _STEPS].index(current)

    def state(position: int) -> StepState:
        return "done" if position < place else "current" if position == place else "ahead"

    return tuple(StepView(key, label, state(position)) for position, (key, label) in enumerate(_STEPS))


IDLE = CounterState(primary=ActionView("读证"))
IDLE_PARKED = replace(
    IDLE,
    parked=(
        ParkedView(1, "a1", "周例安 · 居住登记及居住证申领", "09:31 挂起"),
        ParkedView(2, "a2", "林例秀 · 养老保险待遇领取资格认证", "09:38 挂起"),
    ),
)
READING = replace(IDLE, busy="正在读证，请不要移开证件…", primary=ActionView("读证", enabled=False))
READ_FAILED = replace(IDLE, problem=ProblemView("证件没有读成。", "请移开证件，重新放好再读。"))
NO_READER = replace(IDLE, problem=ProblemView("没有找到读卡器。", "请检查连线，插好后会自动恢复；也可以手工录入。"))

ASKING = CounterState(
    stage="person",
    person=replace(PERSON, presence=ChipView("本人在场？", Tone.WARN)),
    steps=steps("person"),
    primary=ActionView("下一步：选事项", enabled=False),
)
CHOOSING = CounterState(
    stage="matter",
    person=PERSON,
    presence=True,
    steps=steps("matter"),
    primary=ActionView("就办这项"),
)
ON_MATERIALS = CounterState(
    stage="materials",
    person=PERSON,
    presence=True,
    services=(ServiceLine("居住登记及居住证申领"),),
    matter=MATTER,
    steps=steps("materials"),
    count="19 项 · 自动 8 · 还要填 7",
    missing=(
        MissingView("M10", "房屋租赁合同", "", ChipView("还没有", Tone.WARN)),
        MissingView("M06", "近期免冠照片", "可容缺后补", ChipView("还没有", Tone.WARN)),
        MissingView("M17", "劳动合同", "可容缺后补", ChipView("还没有", Tone.WARN)),
    ),
    materials=OPEN_MATERIALS,
    say=_SAY,
    primary=ActionView("下一步：填表"),
    saved="saved",
)
ON_FORM = CounterState(
    stage="form",
    person=PERSON,
    presence=True,
    services=(ServiceLine("居住登记及居住证申领"),),
    matter=MATTER,
    steps=steps("form"),
    count="19 项 · 自动 8 · 还要填 3",
    sections=SECTIONS,
    missing=MISSING,
    materials=MATERIALS,
    say=_SAY,
    primary=ActionView("下一步：核对签字"),
    saved="saved",
)
FORM_NOT_SAVED = replace(
    ON_FORM,
    saved="failed",
    problem=ProblemView("磁盘满了，这一步没有办成，之前的都在。", "请腾出空间后再试。"),
)
ON_CHECK = replace(
    ON_FORM,
    stage="check",
    steps=steps("check"),
    count="19 项都有了",
    missing=(),
    materials=(
        *MATERIALS[:3],
        replace(MATERIALS[3], chip=ChipView("已收"), state="received", note="复印件已收 · 1 页"),
    ),
    check=CheckView(
        groups=(
            ("本人", tuple(TextRow(fact.label, fact.value, fact.mark) for fact in FACTS)),
            (
                "现居住地",
                (TextRow("街道 / 社区", "例新街道 · 例湖社区"), TextRow("详细地址", "例湖路 18 号 3 栋 502")),
            ),
            ("联系", (TextRow("手机", "130 0000 0001"),)),
            (
                "居住情况",
                (
                    TextRow("居住事由", "务工"),
                    TextRow("居住起始", "2026-04-01"),
                    TextRow("房屋类型", "个人出租房"),
                    TextRow("单位名称", "例州例明食品有限公司"),
                ),
            ),
            ("取件", (TextRow("取件方式", "邮寄"), TextRow("收件地址", "例湖路 18 号 3 栋 502"))),
        ),
        papers=(TextRow("受理通知书", "2 份"),),
        in_force="居住登记今天起生效",
        not_yet="居住证 10 个工作日内（最迟 2026 年 12 月 7 日）发放",
        citizen=ChipView("第二屏正在显示"),
    ),
    primary=ActionView("受理并打印"),
)
TAKING_IN = replace(ON_CHECK, primary=ActionView("受理并打印", enabled=False, busy="正在受理…"))
DONE = CounterState(
    stage="done",
    person=PERSON,
    presence=True,
    services=(ServiceLine("居住登记及居住证申领", ChipView("已受理", Tone.OK)),),
    steps=steps("done"),
    done=DoneView(
        heading="已受理",
        matter="居住登记及居住证申领 · 周例安",
        number="340399 031 261123 00021 71",
        in_force="居住登记今天起生效",
        not_yet="居住证 10 个工作日内（最迟 2026 年 12 月 7 日）发放",
        papers=(PaperView("受理通知书 2 份", ChipView("已打印", Tone.OK)),),
        rating=ChipView("已邀请，等群众选择"),
        uploaded=ChipView("已上传", Tone.OK),
    ),
    say=_SAY,
    primary=ActionView("办完了，请下一位"),
)
DONE_NO_PAPER = replace(
    DONE,
    done=replace(
        DONE.done or DoneView("", "", "", "", ""),
        papers=(PaperView("受理通知书 2 份", ChipView("等打印：缺纸", Tone.WARN)),),
        uploaded=ChipView("待上传", Tone.OFFLINE),
    ),
    problem=ProblemView("没有打印成功，文件还在队列里。", "请检查打印机后按 F8 重新打印。", Tone.WARN),
)
