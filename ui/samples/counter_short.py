"""Sample states of the short counter: 养老保险待遇领取资格认证, without a line."""

from __future__ import annotations

from dataclasses import replace

from ui.samples.counter_full import NO_PHONE, choices
from ui.tokens import Tone
from ui.viewmodels.counter_state import (
    CounterState,
    DoneView,
    MatterView,
    PaperView,
    PersonView,
    QuestionView,
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
    SectionView,
    StepView,
    TextRow,
)

_CARD = "来自身份证"
_SAY = "已经登记好了。现在没有网络，今天传上去，确认后社区会告诉您，待遇不会断。"


def _box(code: str, label: str, value: str, mark: str = "身", meaning: str = _CARD) -> FieldView:
    return FieldView(code, label, value=value, mark=mark, mark_meaning=meaning, fixed=True)


PERSON = PersonView(
    name="林例秀",
    line="女 · 85 岁 · 汉",
    presence=ChipView("本人在场", Tone.OK),
    rows=(TextRow("证件号", "999999 19410215 0023"), TextRow("有效期", "长期")),
)

SECTION = SectionView(
    "本人",
    "读身份证得来，不用录",
    fields=(
        _box("g.P1.name", "姓名", "林例秀"),
        _box("g.P1.document_number", "证件号码", "999999 19410215 0023"),
        _box("age", "年龄", "85 岁", "算", "由出生日期算出"),
        _box("g.P1.valid_until", "证件有效期", "长期"),
    ),
    facts=(
        FactView("性别", "女", "身", _CARD),
        FactView("民族", "汉", "身", _CARD),
        FactView("出生日期", "1941-02-15", "身", _CARD),
        FactView("证件类型", "居民身份证", "身", _CARD),
    ),
)

QUESTIONS = (
    QuestionView(
        "presence",
        "本人在场吗？",
        "此事项必须本人",
        "yes",
        (Choice("yes", "在"), Choice("no", "不在")),
        editor="yes_no",
    ),
    QuestionView("g.I6.benefit", "待遇类别", "", "城乡居民", choices("城乡居民", "企业职工", "机关事业")),
    QuestionView("g.I6.payment", "发放方式", "", "", choices("银行卡", "社会保障卡", "邮政代发")),
    QuestionView("g.I6.method", "认证方式", "", "", choices("窗口见面", "上门见面")),
    QuestionView("g.P4.phone", "手机", "没有手机，改由社区转告", "无手机", NO_PHONE, editor="phone", optional=True),
    QuestionView("g.P4.backup_name", "备用联系人", "可不填", "", editor="text", optional=True),
    QuestionView("g.P4.backup_phone", "备用联系人电话", "可不填", "", editor="phone", optional=True),
)

SHORT = CounterState(
    stage="form",
    is_short=True,
    person=PERSON,
    presence=True,
    services=(ServiceLine("养老保险待遇领取资格认证"),),
    matter=MatterView(
        "P14",
        "养老保险待遇领取资格认证",
        (ChipView("人社"), ChipView("一页办")),
        ChipView("离线：平台确认后生效", Tone.OFFLINE),
    ),
    sections=(SECTION,),
    questions=QUESTIONS,
    missing=(MissingView("g.I6.payment", "发放方式"), MissingView("g.I6.method", "认证方式")),
    materials=(MaterialView("M01", "居民身份证", "读卡代替复印件", ChipView("免提交"), "exempt"),),
    say=_SAY,
    primary=ActionView("收件并打印回执"),
    saved="saved",
    is_offline=True,
)
SHORT_NOT_PRESENT = replace(
    SHORT,
    presence=False,
    person=replace(PERSON, presence=ChipView("本人不在场", Tone.WARN)),
    questions=(replace(QUESTIONS[0], value="no", error="此事项必须本人到场。请约本人来，或预约上门"), *QUESTIONS[1:]),
    say="",
    primary=ActionView("收件并打印回执", enabled=False),
)
SHORT_EXPIRED = replace(
    SHORT,
    is_offline=False,
    matter=MatterView(
        "P14",
        "养老保险待遇领取资格认证",
        (ChipView("人社"), ChipView("一页办")),
        ChipView("平台确认后生效"),
    ),
    person=replace(PERSON, warning="证件 2024-02-15 已过期：照常收件，凭证上会写明，请提醒换证。"),
    say="已经登记好了，平台确认后生效，结果社区会告诉您。",
)
SHORT_DONE = CounterState(
    stage="done",
    person=PERSON,
    presence=True,
    services=(ServiceLine("养老保险待遇领取资格认证", ChipView("已收件", Tone.OK)),),
    steps=(
        StepView("person", "人", "done"),
        StepView("matter", "事项", "done"),
        StepView("form", "一页办", "done"),
        StepView("done", "办结", "current"),
    ),
    done=DoneView(
        heading="已收件",
        matter="养老保险待遇领取资格认证 · 林例秀",
        number="340399 102 261124 00007 39",
        in_force="收件有效",
        not_yet="平台确认后认证生效",
        papers=(PaperView("收件凭证 2 份", ChipView("已打印", Tone.OK)),),
        rating=ChipView("已评价", Tone.OK),
        uploaded=ChipView("待上传", Tone.OFFLINE),
    ),
    say=_SAY,
    primary=ActionView("办完了，请下一位"),
    is_offline=True,
)
