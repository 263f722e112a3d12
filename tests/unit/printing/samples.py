"""Notices of invented people, for the tests of the papers and the benchmark."""

from __future__ import annotations

from clerk_app.domain.notices import Notice, NoticeMaterial

CASE_NUMBER = "9999990312611170003791"
FULL_ID_NUMBER = "999999199202160010"
MASKED_ID_NUMBER = "999999********0010"
ADDRESS_35 = "示例省例州市例安区新例路街道例和社区第十二居民小组幸福里小区十八幢三单元"
PROGRESS_URL = (
    "https://hub.example.invalid/p/"
    "OTk5OTk5MDMxMjYxMTE3MDAwMzcyNjk5OTk5OTAzMVq3cJ2p0Qb1kX9sL7uVtR4wYzE6hGfDmN8aBcKjPoIuYtReWqAsDfGhJkLzXcVbNmQwErTyUiOpLkJhGfDsA"
)
MATERIAL_NAMES = (
    "居民身份证",
    "居住地住址证明（房屋租赁合同、房屋产权证明文件、购房合同或者房屋出租人、用人单位、就读学校出具的住宿证明）",
    "近期免冠白底彩色照片",
    "劳动合同或者用人单位出具的劳动关系证明",
    "授权委托书",
    "营业执照（统一社会信用代码 92999999MA0EXAMPL3）",
)


def materials(count: int) -> tuple[NoticeMaterial, ...]:
    """`count` rows, long and short names mixed."""
    states = ("已收", "免提交", "容缺后补", "缺")
    return tuple(
        NoticeMaterial(
            name=MATERIAL_NAMES[number % len(MATERIAL_NAMES)],
            form=("原件已看", "复印件", "电子证照", "原件已看、收复印件")[number % 4],
            copies=f"{1 + number % 2} 份 {1 + number % 5} 页",
            state=states[number % 4] if number else "已收",
        )
        for number in range(count)
    )


def receipt(**changes) -> Notice:
    """A 收件凭证 for 养老保险待遇领取资格认证."""
    values = {
        "kind": "receipt",
        "title": "收件凭证",
        "document_number": "例安人社收〔2026〕第0037号",
        "case_number": CASE_NUMBER,
        "digest": "7F3A 91C2 04BE",
        "progress_url": PROGRESS_URL,
        "facts": facts("周例安"),
        "materials": materials(1),
        "paragraphs": (
            "你于2026年11月17日10时32分提交的养老保险待遇领取资格认证申请及下列材料已经收到。",
            "本窗口对该事项只有收件的权限。平台收到后，将在5个工作日内（2026年11月24日前）决定是否受理；"
            "需要补正的，一次告知需要补正的全部内容；逾期不告知的，自收到申请材料之日起即为受理。",
        ),
        "in_force": "申请材料已于2026年11月17日10时32分收到，日期自此起算。",
        "not_yet": "资格认证结果以平台确认为准，确认前待遇发放不受影响。",
        "remarks": (),
        "legal_basis": "《中华人民共和国社会保险法》及《社会保险经办条例》关于社会保险待遇领取资格核实的规定。",
        "seal": "",
        "signatures": ("提交人（签名）", "收件人（签名）"),
        "contacts": (("咨询电话", "0999-1234567"), ("投诉电话", "0999-12345"), ("窗口地址", "示例市例安区例和路1号")),
        "footer": ("打印时间 2026-11-17 10:33", "设备 999999-031", "离线办理"),
        "copy_label": "第一联　申请人",
        "heading": "示例市例安区政务服务中心综合窗口",
    }
    return Notice(**{**values, **changes})


def acceptance_notice(**changes) -> Notice:
    """A 受理通知书 for 居住登记及居住证申领."""
    values = {
        "kind": "acceptance_notice",
        "title": "受理通知书",
        "document_number": "例安公（治）受字〔2026〕第0012号",
        "facts": facts("林例秀", matter="居住登记及居住证申领"),
        "materials": materials(4),
        "paragraphs": (
            "林例秀：你提出的居住登记及居住证申领申请，经审查，属于本机关职权范围，申请材料齐全、符合法定形式，"
            "根据有关规定，决定自2026年11月17日起予以受理。",
            "本事项承诺办结时限为10个工作日，应于2026年12月1日前办结。依法需要检验、检测、鉴定的，所需时间不计算在内。"
            "领取方式：凭本通知书到Window 12（综合窗口）领取，或者按EMS邮寄地址寄送。",
        ),
        "in_force": "居住登记自2026年11月17日起生效。",
        "not_yet": "居住证尚未签发，预计2026年12月1日前制发；领取前请勿作为居住证使用。",
        "legal_basis": "《居住证暂行条例》第二条、第八条、第九条。",
        "seal": "（加盖受理专用章）",
        "signatures": ("申请人（签名）", "受理人（签名）", "日期"),
        "copy_label": "第二联　存档",
    }
    return receipt(**{**values, **changes})


def facts(name: str, *, matter: str = "养老保险待遇领取资格认证", address: str = "示例市例安区例和路1号"):
    """The head table for a person."""
    return (
        ("申请人", name),
        ("证件类型", "居民身份证"),
        ("证件号码", MASKED_ID_NUMBER),
        ("联系电话", "138****0000"),
        ("住　　址", address),
        ("事项名称", matter),
        ("实施编码", "11999999MB0EXAMPLE4000120001"),
        ("收件时间", "2026年11月17日10时32分"),
        ("办理地点", "流动办事厅（例和社区）"),
        ("经 办 人", "例小周（工号 0012）"),
    )
