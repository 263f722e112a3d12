"""What a printed notice says, as plain data: the domain decides the words, `printing.documents` only sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.case_number import grouped

NoticeKind = Literal["receipt", "acceptance_notice"]
"""`receipt` 收件凭证; `acceptance_notice` 受理通知书, only with the seal at hand (domain.md Decision 5)."""


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

    kind: NoticeKind
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
        return grouped(self.case_number)

    @property
    def number_name(self) -> str:
        """What the number is called."""
        return "办件编号"

    @property
    def caption(self) -> str:
        """What the QR code is good for."""
        return "扫码看进度"
