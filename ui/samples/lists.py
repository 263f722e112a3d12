"""Sample states of the case list, the device page, the pickers and the second screen."""

from __future__ import annotations

from dataclasses import replace

from ui.samples.frames import MARK
from ui.tokens import Tone
from ui.viewmodels.cases import CaseDetail, CaseLine, CasesState, EventView, FilterView
from ui.viewmodels.citizen_state import CitizenState
from ui.viewmodels.devices_state import DevicesState, DeviceView, SyncRow, TransferView
from ui.viewmodels.parts import ChipView, ProblemView, TextRow
from ui.viewmodels.search_state import Hit, SearchState

_UPLOADED = ChipView("已上传")
_WAITING = ChipView("待上传", Tone.OFFLINE)

FILTERS = (
    FilterView("todo", "要处理", 2),
    FilterView("open", "在办", 6),
    FilterView("closed", "已办结"),
    FilterView("all", "全部"),
)

CASES = (
    CaseLine(
        "3403990312611170003791",
        "340399 031 261117 00037 91",
        "吴例宁",
        "居住登记及居住证申领",
        ChipView("公安退回", Tone.BAD),
        "还有 5 工作日",
        0.5,
        _UPLOADED,
    ),
    CaseLine(
        "3403990312611230001977",
        "340399 031 261123 00019 77",
        "郑例和",
        "居住登记及居住证申领",
        ChipView("两处记录不一致", Tone.BAD),
        "还有 9 工作日",
        0.1,
        _UPLOADED,
    ),
    CaseLine(
        "3403990312611230002171",
        "340399 031 261123 00021 71",
        "周例安",
        "居住登记及居住证申领",
        ChipView("部门审查"),
        "还有 9 工作日",
        0.1,
        _UPLOADED,
    ),
    CaseLine(
        "3403991022611240000739",
        "340399 102 261124 00007 39",
        "林例秀",
        "养老保险待遇领取资格认证",
        ChipView("已收件"),
        "平台确认后生效",
        None,
        _WAITING,
    ),
    CaseLine(
        "3403990312611120000873",
        "340399 031 261112 00008 73",
        "何例江",
        "居住登记及居住证申领",
        ChipView("已办结", Tone.OK),
        "用 7 / 承诺 10",
        0.7,
        _UPLOADED,
    ),
)

DETAIL = CaseDetail(
    number=CASES[0].number,
    shown=CASES[0].shown,
    matter=CASES[0].matter,
    subtitle="吴例宁 · 例州区公安局 · 11-17 受理",
    uploaded=_UPLOADED,
    task=ProblemView(
        "公安退回：租赁合同缺出租人签字", "请通知申请人补签后到窗口重交；补正通知书本版还没有，请用现行的。"
    ),
    facts=(
        TextRow("现在生效", "居住登记 11 月 17 日起生效"),
        TextRow("还没生效", "居住证最迟 2026 年 12 月 1 日发放"),
        TextRow("期限", "12-01（还有 5 工作日）"),
    ),
    papers=(TextRow("受理通知书", "2 份 · 已打印"),),
    events=(
        EventView("公安退回：租赁合同缺出租人签字", "11-24 15:02 · 平台"),
        EventView("已邀请评价，已完成", "11-17 10:14"),
        EventView("受理，打印受理通知书 2 份", "11-17 10:09 · 王例"),
        EventView("读身份证，本人在场", "11-17 10:03 · 王例"),
    ),
)
LIST = CasesState(rows=CASES, filters=FILTERS, current="open", selected=CASES[0].number, detail=DETAIL)
LIST_LOADING = CasesState(filters=FILTERS, loading=True)
LIST_EMPTY = CasesState(filters=FILTERS[-1:], current="all")
LIST_BROKEN = CasesState(
    filters=FILTERS, problem=ProblemView("本机记录出错，这一步没有办成。", "请重试；还不行请联系维护人员。")
)

_READER = DeviceView("card_reader", "身份证阅读器", "/dev/ttyUSB0 · 上次读证 09:36", ChipView("就绪"), "试读")
_PAD = DeviceView("rating_pad", "评价器", "四键型，没有“非常不满意”，缺的一档用第二屏", ChipView("就绪"), "点亮试试")
_PRINTER = DeviceView("printer", "A4 打印机", "2 份在排队，加纸后自动续打", ChipView("缺纸", Tone.WARN), "试打")
_SECOND = DeviceView("second_screen", "第二屏", "面向群众，现在是待机页", ChipView("已显示"), "换到另一屏")

DETAILS = (
    ("设备号", "340399 031"),
    ("链", "b7c1…04 · 1,284 条"),
    ("摘要", "9f2c 41aa 70d3 5b1e"),
    ("SAM 编号", "05.01-20121231-0000000001-1234567890"),
    ("版本", "0.1.0"),
)

SYNCING = DevicesState(
    devices=(_READER, _PAD, _PRINTER, _SECOND),
    transfer=TransferView("上传第 5 件的“租赁合同”，断了会接着传", "23.7 / 38.2 MB · 约 2 分钟", 0.62),
    rows=(
        SyncRow("待平台确认 7 条", "共 1,284 条，已确认 1,277 条，最早一条 09:14", ChipView("正在上传", Tone.WARN)),
        SyncRow("下载到 09:41", "目录 11-20 版 · 部门结果 12 条", ChipView("最新")),
        SyncRow(
            "请您看一眼 · 1",
            "林例秀的联系电话：您填尾号 0021，5 号窗口填尾号 0007。两个都留着，请选对的",
            ChipView("要看", Tone.BAD),
            alarming=True,
        ),
        SyncRow("网络", "手机热点，偏慢但够用，先传办件后传图片", ChipView("慢", Tone.WARN)),
        SyncRow("本机记录", "已加密，链条完整，空间 41 GB", ChipView("正常")),
    ),
    syncing=True,
    details=DETAILS,
)
UNPLUGGED = DevicesState(
    devices=(
        DeviceView(
            "card_reader",
            "身份证阅读器",
            "09:31 拔出。插回即可，不用重启；也可以手工录入",
            ChipView("未连接", Tone.BAD),
        ),
        DeviceView("rating_pad", "评价器", "没有评价器时用第二屏评价", ChipView("未连接")),
        replace(_PRINTER, note="存到文件夹 papers", chip=ChipView("就绪")),
        _SECOND,
    ),
    rows=(
        SyncRow("离线办理", "已存 7 件，最早 08:02。有网后自动上传，不用人管", ChipView("离线", Tone.OFFLINE)),
        SyncRow("上次同步 07:55", "目录 11-20 版", ChipView("可用")),
        SyncRow("本机记录", "已加密，链条完整，空间 41 GB", ChipView("正常")),
    ),
    details=DETAILS,
)
NO_HUB = DevicesState(
    devices=(_READER, _PAD, _PRINTER, _SECOND),
    rows=(SyncRow("还没有登记到平台", "请运行 clerk enrol 登记文件；练习记录不上传", ChipView("未登记")),),
    can_sync=False,
)

ALL_MATTERS = SearchState(
    hits=(
        Hit("matter", "P31", "居住登记及居住证申领", "公安 · 承诺 10 工作日 · 本窗口可受理"),
        Hit("matter", "P14", "养老保险待遇领取资格认证", "人社 · 当场 · 必须本人 · 平台确认后生效"),
    )
)
NOTHING_FOUND = SearchState(text="海关报关")

_CITIZEN = CitizenState(place="例州区政务服务中心", window="3 号窗口 · 王例 · 工号 0312", mark=MARK)
CITIZEN_IDLE = _CITIZEN
CITIZEN_CHECK = replace(
    _CITIZEN,
    page="check",
    matters="居住登记及居住证申领",
    rows=(
        TextRow("姓名", "周例安"),
        TextRow("证件号码", "999999********0010"),
        TextRow("街道 / 社区", "例新街道 · 例湖社区"),
        TextRow("详细地址", "例湖路 18 号 3 栋 502"),
        TextRow("手机", "130****0001"),
        TextRow("居住事由", "务工"),
        TextRow("居住起始", "2026-04-01"),
        TextRow("房屋类型", "个人出租房"),
        TextRow("取件方式", "邮寄"),
        TextRow("收件地址", "例湖路 18 号 3 栋 502"),
    ),
)
CITIZEN_RATING = replace(
    _CITIZEN,
    page="rating",
    matters="居住登记及居住证申领",
    number="340399 031 261123 00021 71",
    progress_url="https://例.invalid/p/AAECAwQFBgcICQ",
)
CITIZEN_RATING_ELDER = replace(CITIZEN_RATING, matters="养老保险待遇领取资格认证", timeout_s=120, progress_url="")
CITIZEN_THANKS = replace(_CITIZEN, page="thanks")
CITIZEN_NOT_RATED = replace(_CITIZEN, page="thanks", thanks="timed_out")
