"""What a printed notice says, as plain data: the domain decides the words, `printing.documents` only sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from clerk_app.domain import notice_number
from clerk_app.domain.case_number import grouped

NoticeKind = Literal["receipt", "acceptance_notice", "deferral_notice", "deferral_promise", "promise_letter"]
"""`receipt` 收件凭证; `acceptance_notice` 受理通知书, only with the seal at hand (domain.md Decision 5).

`deferral_notice` 容缺受理通知书 takes its place where papers come later, with the `deferral_promise` 容缺受理承诺书 of
the applicant; `promise_letter` 告知承诺书 stands for papers that a promise replaces (Decision 8).
"""

AppealFormKind = Literal["appeal_form"]
"""办不成事登记表: of a record in the register, not of a case."""

ACCEPTANCES: tuple[NoticeKind, ...] = ("acceptance_notice", "deferral_notice")
"""The papers that certify an acceptance."""


def kind_of(text: str) -> NoticeKind:
    """The kind of paper a print job names; a receipt for one of a later version."""
    return next((kind for kind in get_args(NoticeKind) if kind == text), "receipt")


PROMISES: tuple[NoticeKind, ...] = ("deferral_promise", "promise_letter")
"""The papers by which the applicant promises something."""


@dataclass(frozen=True, slots=True)
class NoticeMaterial:
    """One row of the material list: `form` e.g. 原件已看, `state` e.g. 已收 / 免提交 / 容缺后补 / 缺.

    `used_by` names the departments of a package that use it; empty for a matter.
    """

    name: str
    form: str
    copies: str
    state: str
    used_by: str = ""


@dataclass(frozen=True, slots=True)
class NoticeChild:
    """One row of the children of a package: `standing` e.g. 已受理, `until` its own clock or what it waits for."""

    number: str
    name: str
    department: str
    standing: str
    until: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything a notice shows. All texts are final Chinese; numbers of people are already masked.

    `paragraphs` are the sentences of the body in order; `in_force` and `not_yet` are the one line each that says what
    takes effect now and what does not yet (either may be empty); `remarks` are bullet lines (e.g. expired card noted).
    `children` are those of a package, none for a matter. `facts` are label/value pairs for the head table.
    `seal` is the text of the seal box, empty for none.
    `mark` is 演示, 练习 or empty; `copy_label` is e.g. 第一联 申请人 or 补打; `heading` is the hall's name at the top.
    """

    kind: NoticeKind | AppealFormKind
    title: str
    document_number: str
    case_number: str
    digest: str
    progress_url: str
    facts: tuple[tuple[str, str], ...]
    materials: tuple[NoticeMaterial, ...]
    paragraphs: tuple[str, ...]
    in_force: str
    not_yet: str
    remarks: tuple[str, ...]
    legal_basis: str
    seal: str
    signatures: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]
    footer: tuple[str, ...]
    mark: str = ""
    copy_label: str = ""
    heading: str = ""
    children: tuple[NoticeChild, ...] = ()

    @property
    def number(self) -> str:
        """What its barcode holds."""
        return self.case_number

    @property
    def number_text(self) -> str:
        """The number in groups, as it is read out by phone."""
        if self.kind == "appeal_form":
            return notice_number.grouped(self.case_number)
        return grouped(self.case_number)

    @property
    def number_name(self) -> str:
        """What the number is called."""
        return "登记号" if self.kind == "appeal_form" else "办件编号"

    @property
    def caption(self) -> str:
        """What the QR code is good for."""
        return "扫码看进度"
