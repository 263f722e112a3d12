"""Re-checks (待复核): what an act relied on and only the licence library can tell, asked once there is a line.

    pending ──the platform──► confirmed                  nothing to do
                 └──────────► differs ──a clerk──► settled

The entry says what is to be re-checked; the platform's fact says what the library knew; where the two differ a person
sees to it and says how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RecheckState = Literal["pending", "confirmed", "differs", "settled"]
RecheckResult = Literal["confirmed", "differs"]
RecheckReason = Literal["", "not_found", "expired", "revoked", "name_differs"]

DOCUMENT = "document"
"""The subject that is the applicant's identity document; every other subject is a material's code."""
DOCUMENT_NAME = "身份证件"

STATE_LABELS: Mapping[RecheckState, str] = {
    "pending": "待复核",
    "confirmed": "复核一致",
    "differs": "复核不符",
    "settled": "复核不符，已处理",
}
REASON_LABELS: Mapping[RecheckReason, str] = {
    "": "",
    "not_found": "证照库里没有这份证照",
    "expired": "收件那天证照已过有效期",
    "revoked": "证照已经注销或挂失",
    "name_differs": "证照上的姓名和申请人不同",
}


@dataclass(frozen=True, slots=True)
class Recheck:
    """One thing to be re-checked: its subject, what it is called, how it stands, and what differs."""

    subject: str
    name: str
    state: RecheckState = "pending"
    reason: RecheckReason = ""

    @property
    def sentence(self) -> str:
        """What a clerk reads where something differs; empty where there is nothing to do."""
        return f"{self.name}：{REASON_LABELS[self.reason]}。" if self.state == "differs" else ""

    @property
    def next_step(self) -> str:
        """What to do about it."""
        if self.subject == DOCUMENT:
            return "请联系申请人带有效证件来核对。"
        return "请联系申请人补交这份材料。"

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The ways to deal with it where it differs."""
        if self.state != "differs":
            return ()
        return _OF_THE_DOCUMENT if self.subject == DOCUMENT else _OF_A_MATERIAL


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to deal with a re-check that differs: its digit, a name, and the note it is recorded with.

    An empty note is written by the clerk.
    """

    digit: int
    label: str
    note: str


_OTHERWISE = "按别的办法处理了"
_OF_A_MATERIAL = (
    Remedy(1, "补交的纸质材料收到了", "已收到补交的纸质材料"),
    Remedy(2, "看过原件，没有问题", "已核对原件，没有问题"),
    Remedy(3, _OTHERWISE, ""),
)
_OF_THE_DOCUMENT = (
    Remedy(1, "核对过有效证件了", "已核对有效证件"),
    Remedy(2, _OTHERWISE, ""),
)
