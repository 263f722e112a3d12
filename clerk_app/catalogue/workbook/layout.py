"""The sheets of a workbook and their columns, named after the national 实施清单 tables where they have such an element.

One list serves reading, writing and the template. A row becomes a table of a catalogue's file: `matters/CODE.toml` for
a row of 事项, an entry of the list that the sheet fills for all others.
"""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.catalogue.workbook.cells import (
    CONDITION,
    FLAG,
    GROUPS,
    LICENCE_USE,
    LINES,
    PRINTED,
    SOURCES,
    TEXT,
    TEXTS,
    WHOLE,
    Kind,
    several,
    words,
)

_PROCEDURE = words(licence="许可", registration="登记确认", payment="给付", public_service="公共服务", filing="备案")
_TYPE = words(_01="许可/01/1", _05="给付/05/5", _07="确认/07/7", _08="奖励/08/8", _10="其他/10", _20="公共服务/20")
_MATTER_KIND = words(at_once="即办件/1", promised="承诺件/2")
_UNIT = words(workday="工作日", natural_day="自然日/日")
_PRESENCE = words(in_person="本人", agent_allowed="可代理")
_EXPIRED = words(refuse="不受理", note="注明", accept="受理")
_CHANNELS = several(words(hall="大厅", mobile="流动办事厅", home="上门"))
_CLIENT = words(person="自然人/1", firm="法人/2")
_AUDIENCES = several(words(old="老年", middle="中年", young="青年", women="妇女", children="儿童", disabled="残疾人"))
_POWER = words(receive="收件", accept="受理", complete="当场办结")
_EFFECT_WHEN = words(on_site="当场", platform="平台确认")
_ORIGINAL = words(seen="验原件", kept="收原件", none="不要原件")
_FIELD_TYPE = words(
    text="文字",
    number="数字",
    date="日期",
    choice="选择",
    table="表格",
    address="地址",
    id="证件号码",
    phone="电话",
    credit_code="统一社会信用代码",
    file="文件",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, the key it fills (dotted where it lies in a table), and what its cells hold."""

    header: str
    key: str
    kind: Kind = TEXT
    required: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. Each row fills an entry of the list `fills` of the thing that its `owner` column names.

    `owner` is None for sheets whose rows stand by themselves. `is_required`: a workbook without it is none.
    """

    title: str
    fills: str
    columns: tuple[Column, ...]
    owner: str | None = None
    is_required: bool = False

    @property
    def anchors(self) -> tuple[str, ...]:
        """The headers by which the row of headers is known."""
        return tuple(column.header for column in self.columns if column.required)


def _owned(by: str, *columns: Column) -> tuple[Column, ...]:
    return (Column(by, "", required=True), *columns)


EDITION = Sheet(
    "目录",
    "",
    (
        Column("版本号", "version", required=True, note="每次导入换一个，例：2026-11-21"),
        Column("标注", "label", note="显示在版本旁边，例：示例数据"),
        Column("地区简称", "region_short", required=True, note="文书编号的开头"),
        Column("示例数据", "sample", FLAG, required=True),
    ),
    is_required=True,
)
LICENCES = Sheet(
    "电子证照",
    "licences",
    (
        Column("代码", "code", required=True),
        Column("名称", "name", required=True),
        Column("数据项", "keys", TEXTS, required=True),
        Column("敏感", "sensitive", FLAG),
        Column("持有人", "holders", TEXTS),
    ),
)
MATERIALS = Sheet(
    "材料",
    "materials",
    (
        Column("代码", "code", required=True),
        Column("名称", "name", required=True),
        Column("来源渠道", "issuer", required=True, note="政府核发、申请人自备、其他"),
        Column("电子证照", "licence", note="代替它的电子证照的代码"),
        Column("到哪里办", "where"),
        Column("本系统打印", "form", PRINTED),
        Column("样表说明", "sample"),
        Column("原件", "original", _ORIGINAL, note="各事项不另写的，就按这里"),
    ),
    is_required=True,
)
SITUATIONS = Sheet(
    "情形",
    "situations",
    (
        Column("代码", "code", required=True),
        Column("问题", "question", required=True),
        Column("选项", "choices", TEXTS, required=True),
        Column("理由", "why"),
        Column("条件", "when", CONDITION),
    ),
)
GROUPS_SHEET = Sheet(
    "要素组",
    "groups",
    (
        Column("代码", "code", required=True),
        Column("名称", "name", required=True),
    ),
    is_required=True,
)
FIELDS = Sheet(
    "要素",
    "fields",
    _owned(
        "要素组",
        Column("代码", "code", required=True),
        Column("名称", "label", required=True),
        Column("类型", "type", _FIELD_TYPE, required=True),
        Column("必填", "required", FLAG),
        Column("选项", "choices", TEXTS),
        Column("来源", "sources", SOURCES),
        Column("条件", "when", CONDITION),
        Column("理由", "why", required=True),
        Column("填写说明", "hint"),
        Column("敏感", "sensitive", FLAG),
        Column("可沿用上次", "earlier", FLAG),
        Column("可晚于今天", "may_be_future", FLAG),
        Column("单位", "unit"),
        Column("最小值", "at_least"),
        Column("最大值", "at_most"),
        Column("最少行数", "min_rows", WHOLE),
    ),
    owner="要素组",
    is_required=True,
)
TABLE_COLUMNS = Sheet(
    "表格列",
    "columns",
    _owned(
        "要素",
        Column("键", "key", required=True),
        Column("名称", "label", required=True),
        Column("类型", "type", _FIELD_TYPE, required=True),
        Column("必填", "required", FLAG),
        Column("选项", "choices", TEXTS),
        Column("来源", "sources", SOURCES),
    ),
    owner="要素",
)
RULES = Sheet(
    "校验",
    "rules",
    _owned(
        "归属",
        Column("条件", "when", CONDITION, required=True),
        Column("提示", "message", required=True),
    ),
    owner="要素组或事项",
)
MATTERS = Sheet(
    "事项",
    "matters",
    (
        Column("代码", "code", required=True, note="P 或 B 加数字"),
        Column("事项名称", "name", required=True),
        Column("别名", "aliases", TEXTS),
        Column("实施编码", "implementation_code", required=True, note="31 位，单元格格式为文本"),
        Column("实施主体", "department", required=True),
        Column("主体简称", "department_short", required=True),
        Column("办理程序", "procedure", _PROCEDURE, required=True),
        Column("事项类型", "type", _TYPE),
        Column("设定依据", "by_law", required=True),
        Column("办件类型", "kind", _MATTER_KIND, required=True),
        Column("时限单位", "limits.unit", _UNIT, required=True),
        Column("法定办结时限", "limits.legal", WHOLE, required=True),
        Column("承诺办结时限", "limits.promised", WHOLE, required=True),
        Column("受理告知时限", "limits.notify", WHOLE),
        Column("到场", "presence", _PRESENCE, required=True),
        Column("证件过期", "expired_card", _EXPIRED, required=True),
        Column("办理渠道", "channels", _CHANNELS, required=True),
        Column("服务对象", "client", _CLIENT),
        Column("人群", "audiences", _AUDIENCES),
        Column("受理条件", "conditions", LINES),
        Column("情形", "situations", TEXTS),
        Column("现场核查", "site_check", FLAG),
        Column("到办事现场次数", "visits", WHOLE),
        Column("办理地点", "where"),
        Column("咨询电话", "phone"),
        Column("阶段", "phase"),
        Column("取件要素", "pickup_field"),
        Column("表单", "groups", GROUPS, required=True),
        Column("办理结果", "result", required=True),
        Column("产生材料", "produces.materials", TEXTS),
        Column("产生要素", "produces.fields", TEXTS),
        Column("窗口权限", "handle.window_power", _POWER, required=True),
        Column("离线权限", "handle.offline_power", _POWER, required=True),
        Column("何时生效", "handle.effect_when", _EFFECT_WHEN, required=True),
        Column("盖章受理", "handle.sealed_notice", FLAG, required=True),
        Column("收件已生效", "handle.effects.receive.in_force"),
        Column("收件未生效", "handle.effects.receive.not_yet"),
        Column("受理已生效", "handle.effects.accept.in_force"),
        Column("受理未生效", "handle.effects.accept.not_yet"),
        Column("办结已生效", "handle.effects.complete.in_force"),
        Column("办结未生效", "handle.effects.complete.not_yet"),
    ),
    is_required=True,
)
NEEDS = Sheet(
    "事项材料",
    "materials",
    _owned(
        "事项",
        Column("材料", "code", required=True),
        Column("材料名称", "name", note="与材料表不同时才写"),
        Column("受理标准", "accepts"),
        Column("必要", "required", FLAG),
        Column("原件", "original", _ORIGINAL),
        Column("份数", "copies", WHOLE),
        Column("必收纸质", "paper_required", FLAG),
        Column("读卡免交", "by_card", FLAG),
        Column("电子证照可代", "e_licence", LICENCE_USE),
        Column("可复用", "reusable", FLAG),
        Column("容缺", "deferrable", FLAG),
        Column("容缺天数", "defer_days", WHOLE),
        Column("告知承诺", "promise", FLAG),
        Column("条件", "when", CONDITION),
    ),
    owner="事项",
)
FEES = Sheet(
    "收费",
    "fees",
    _owned(
        "事项",
        Column("收费项目", "name", required=True),
        Column("收费标准", "amount", required=True, note="元"),
        Column("收费依据", "basis", required=True),
        Column("允许减免", "reducible", FLAG),
    ),
    owner="事项",
)
PACKAGES = Sheet(
    "套餐",
    "packages",
    (
        Column("代码", "code", required=True),
        Column("名称", "name", required=True),
        Column("别名", "aliases", TEXTS),
        Column("牵头部门", "lead", required=True),
        Column("部门简称", "lead_short", required=True),
        Column("办理渠道", "channels", _CHANNELS, required=True),
        Column("服务对象", "client", _CLIENT, required=True),
        Column("人群", "audiences", _AUDIENCES),
        Column("情形", "situations", TEXTS),
        Column("受理条件", "conditions", LINES),
        Column("咨询电话", "phone"),
        Column("标注", "label"),
        Column("时限单位", "limits.unit", _UNIT, required=True),
        Column("承诺办结时限", "limits.promised", WHOLE, required=True),
        Column("时限理由", "limits.reason"),
    ),
)
CHILDREN = Sheet(
    "套餐事项",
    "children",
    _owned(
        "套餐",
        Column("事项", "matter", required=True),
        Column("在其后", "after", TEXTS),
        Column("可选", "optional", FLAG),
        Column("条件", "when", CONDITION),
    ),
    owner="套餐",
)
HINTS = Sheet(
    "提示",
    "hints",
    (
        Column("代码", "code", required=True, note="h. 加小写英文"),
        Column("提示语", "text", required=True),
        Column("事项", "matter", note="事项、套餐、待遇三者写一个"),
        Column("套餐", "package"),
        Column("待遇", "benefit"),
        Column("到哪里办", "where"),
        Column("条件", "when", CONDITION, required=True),
        Column("除非", "unless", CONDITION),
        Column("理由", "reason", required=True),
        Column("敏感", "sensitive", FLAG),
        Column("依据", "sources", LINES),
    ),
)

SHEETS = (
    EDITION,
    MATTERS,
    NEEDS,
    FEES,
    SITUATIONS,
    MATERIALS,
    LICENCES,
    GROUPS_SHEET,
    FIELDS,
    TABLE_COLUMNS,
    RULES,
    PACKAGES,
    CHILDREN,
    HINTS,
)
NOTES = "说明"
"""The sheet that explains the others; it is not read."""
