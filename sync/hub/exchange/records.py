"""The records of the provincial exchange: one class for each table, one field for each column, in their order.

`title` is the standard's word for a column and `description` where its value comes from; docs/exchange.md is made from
both. Widths are the standard's where it gives one, else wide enough. Times are civil times in China.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

RecordKind = Literal["accept", "process", "special", "material", "result", "rating"]

_CODE = r"^[0-9A-Z]+$"


def _column(title: str, width: int, source: str, *, pattern: str | None = None) -> Any:
    return Field(title=title, min_length=1, max_length=width, description=source, pattern=pattern)


def _maybe(title: str, width: int, source: str, *, pattern: str | None = None) -> Any:
    return Field(default=None, title=title, min_length=1, max_length=width, description=source, pattern=pattern)


def _time(title: str, source: str) -> Any:
    return Field(title=title, description=source)


class Record(BaseModel):
    """Base of every record; `table` is its name at the province, `kind` ours."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", str_strip_whitespace=True)

    table: ClassVar[str]
    kind: ClassVar[RecordKind]


class AcceptRecord(Record):
    """办件受理: a case whose application was accepted, at the counter or by the platform's decision."""

    table: ClassVar[str] = "up_pro_accept"
    kind: ClassVar[RecordKind] = "accept"

    project_no: str = _column("办件编号", 50, "our number, the one on paper")
    task_code: str = _column("实施编码", 36, "the matter's 31 digits", pattern=_CODE)
    catalog_code: str = _column("基本编码", 12, "the last 12 of them", pattern=_CODE)
    task_handle_item: str | None = _maybe("业务办理项编码", 50, "empty: a matter of the catalogue is one handle item")
    task_name: str = _column("事项名称", 1000, "the matter's name when the case was taken in")
    task_version: str = _column("事项版本", 50, "the catalogue version it was taken in under")
    project_name: str = _column("办件摘要", 500, "applicant and matter")
    project_type: str = _column("办件类型", 1, "1 即办件, 2 承诺件, 9 其他", pattern="^[129]$")
    applyer_name: str = _column("申请人", 200, "the document read, else the form")
    applyer_type: str = _column("申请人类型", 1, "服务对象: 1 自然人", pattern="^[1-6]$")
    applyer_page_type: str = _column("申请人证件类型", 3, "10 居民身份证, 99 其他", pattern="^[0-9]+$")
    applyer_page_code: str = _column("申请人证件号码", 50, "the document read, else the form")
    contact_name: str | None = _maybe("联系人", 200, "the applicant, if there is a phone")
    contact_type: str | None = _maybe("联系人证件类型", 3, "the applicant's, if there is a phone")
    contact_code: str | None = _maybe("联系人证件号码", 50, "the applicant's, if there is a phone")
    contact_mobile: str | None = _maybe("联系人手机", 50, "field g.P4.phone; empty for 无手机")
    legal: str | None = _maybe("法定代表人", 200, "empty: the applicant is a natural person")
    address: str | None = _maybe("通讯地址", 500, "fields g.P3.area and g.P3.detail, else the document's address")
    zip_code: str | None = _maybe("邮编", 6, "empty: never asked")
    apply_type: str = _column("申请类型", 1, "办理形式: 1 窗口", pattern="^[1-59]$")
    apply_date: datetime = _time("申请时间", "the legal instant of intake, by the desk")
    org_code: str = _column("受理部门编码", 18, "统一社会信用代码, the first 18 of the 实施编码", pattern=_CODE)
    org_name: str = _column("受理部门", 200, "the matter's department")
    handle_user_name: str = _column("受理人员", 200, "the clerk by the session's log-in; of a decision who decided")
    accept_date: datetime = _time("受理时间", "intake with power 受理 or 当场办结, else the platform's decision")
    accept_doc_no: str | None = _maybe("受理文书编号", 100, "文书编号 of the acceptance notice, if one was printed")
    promise_date: datetime | None = Field(
        default=None,
        title="承诺办结时间",
        description="end of the promised day, as printed; empty if none was",
    )


class ProcessRecord(Record):
    """办件过程: one step of a case that had its lawful effect."""

    table: ClassVar[str] = "up_pro_process"
    kind: ClassVar[RecordKind] = "process"

    project_no: str = _column("办件编号", 50, "our number")
    process_name: str = _column("环节名称", 100, "申办, 受理, 审批, 补正告知, 特别程序申请, 特别程序结果, 办结")
    event_name: str = _column("业务动作", 100, "收件, 受理, 准予, 退回补正, 特别程序开始, 延长审批, 办结 …")
    handle_user_name: str = _column("办理人", 200, "clerk, who decided, or the department")
    handle_explain: str | None = _maybe("办理意见", 2000, "the reason given, if any")
    event_start_time: datetime = _time("开始时间", "when the fact was recorded")
    event_end_time: datetime = _time("结束时间", "the same: our steps have no length")


class SpecialRecord(Record):
    """办件特别程序: time that does not count, or a longer limit; corrected when it ends."""

    table: ClassVar[str] = "up_pro_special_procedure"
    kind: ClassVar[RecordKind] = "special"

    project_no: str = _column("办件编号", 50, "our number")
    special_type: str = _column("特别程序种类", 1, "1 延长审批, 2 除延长审批之外", pattern="^[12]$")
    special_name: str = _column("特别程序名称", 200, "鉴定, 听证 … as the department names it")
    special_time: datetime = _time("开始时间", "when the department said so")
    special_reason: str | None = _maybe("理由", 2000, "the department's reason, if any")
    applyer_user_name: str = _column("申请人", 200, "the department: it begins the procedure")
    end_time: datetime | None = Field(default=None, title="结束时间", description="empty while it goes on")
    result: str | None = _maybe("结果", 2000, "what came of it, if anything was said")
    special_explain: str | None = _maybe("说明", 2000, "empty: nothing more is known")
    handle_user: str = _column("办理人", 200, "the department")


class MaterialRecord(Record):
    """办件材料: one material that came in, or lawfully need not."""

    table: ClassVar[str] = "up_pro_material"
    kind: ClassVar[RecordKind] = "material"

    project_no: str = _column("办件编号", 50, "our number")
    material_name: str = _column("材料名称", 200, "its name in the case")
    get_type: str = _column("收取方式", 1, "1 纸质, 2 电子版, 3 证照, 4 容缺补正, 7 告知承诺", pattern="^[12347]$")
    get_num: int = Field(title="收取数量", ge=0, lt=10_000, description="sheets handed in; 0 where nothing was")
    material_attach_name: str | None = _maybe("附件名称", 2000, "names of the scans, separated by ;")


class ResultRecord(Record):
    """办件结果: how a case ended."""

    table: ClassVar[str] = "up_pro_result"
    kind: ClassVar[RecordKind] = "result"

    project_no: str = _column("办件编号", 50, "our number")
    result_date: datetime = _time("办结时间", "the decision, or the intake with power 当场办结")
    result_type: str = _column("办结结果", 1, "0 出证办结 or 准予, 1 不予许可", pattern="^[01]$")
    result_explain: str | None = _maybe("结果说明", 2000, "the decision's reason")
    result_cetr_name: str | None = _maybe("结果证照名称", 200, "the document of the registered result")
    result_cetr_no: str | None = _maybe("结果证照编号", 100, "the number on it")
    is_delivery_results: str = _column("是否快递", 1, "field g.P9.pickup: 1 邮寄, else 0", pattern="^[01]$")
    satisfaction: str | None = _maybe(
        "满意度", 1, "GB/T 39046 A.8: 1 非常满意 … 5 非常不满意; empty if not rated", pattern="^[1-5]$"
    )


class RatingRecord(Record):
    """评价: the citizen's answer to the one invitation of a visit, under the visit's first case."""

    table: ClassVar[str] = "up_pro_evaluation"
    kind: ClassVar[RecordKind] = "rating"

    projectNo: str = _column("办件编号", 50, "our number of the visit's first case")
    pf: str = _column("评价渠道", 2, "5 政务大厅其他终端", pattern="^[1-7]$")
    deptCode: str = _column("部门编码", 18, "统一社会信用代码", pattern=_CODE)
    taskCode: str = _column("事项编码", 36, "the matter's 实施编码", pattern=_CODE)
    taskHandleItem: str | None = _maybe("业务办理项", 50, "empty, as in up_pro_accept")
    taskName: str = _column("事项名称", 1000, "the matter's name")
    subMatter: str | None = _maybe("事项主题", 200, "empty: the catalogue names none")
    proStatus: str = _column("办件状态", 1, "when it was rated: 1 收件, 2 受理, 3 办结", pattern="^[123]$")
    proDepart: str = _column("受理部门", 200, "the matter's department")
    certKey: str = _column("评价人身份标识", 64, "SHA-256 of the document number", pattern="^[0-9a-f]{64}$")
    userName: str = _column("评价人", 200, "the applicant")
    userProp: str = _column("申请人类型", 1, "1 自然人", pattern="^[1-6]$")
    userPageType: str = _column("证件类型", 3, "10 居民身份证, 99 其他", pattern="^[0-9]+$")
    handleUserName: str | None = _maybe("代理人", 200, "the agent, if there is one")
    handleUserPageType: str | None = _maybe("代理人证件类型", 3, "the agent's")
    handleUserPageCode: str | None = _maybe("代理人证件号码", 50, "the agent's")
    satisfaction: str = _column("整体满意度", 1, "rating systems: 5 非常满意 … 1 非常不满意", pattern="^[1-5]$")
    evalDetail: str | None = _maybe("评价详情", 500, "empty: the pads ask for none")
    writingEvaluation: str | None = _maybe("文字评价", 500, "empty: nobody writes in the citizen's name")
    assessTime: datetime = _time("评价时间", "when the answer was recorded")
    assessNumber: int = Field(title="评价次数", ge=1, le=1, description="1: a visit is rated once")
    serviceNumber: int = Field(title="第几次服务", ge=1, le=1, description="1: the visit that took the case in")
    dataSource: str = _column("数据来源", 50, "the hall's six digits")
    promisetime: str = _column("办件类型", 1, "1 即办件, 2 承诺件, 9 其他", pattern="^[129]$")
    acceptDate: datetime = _time("收件时间", "the legal instant of intake")


RECORDS: tuple[type[Record], ...] = (
    AcceptRecord,
    ProcessRecord,
    SpecialRecord,
    MaterialRecord,
    ResultRecord,
    RatingRecord,
)
