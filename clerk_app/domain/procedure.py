"""Procedures: what kind of legal act a matter is.

Clocks, deemed acceptance, the words of the basis, the remedy and the document series follow from it. Article 32 of the
行政许可法, with deemed acceptance, belongs to licences only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ProcedureKind = Literal["licence", "registration", "payment", "public_service", "filing"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One kind of procedure.

    `receipt_basis` and `acceptance_basis` are the legal-basis sentences of 收件凭证 and 受理通知书; `{law}` stands for
    the matter's own basis. `series` is the word of the 文书字号. `deemed_acceptance`: silence within the time for
    notice makes the day of receipt the day of acceptance. `remedy` is what the citizen can do when the limit passes.
    """

    kind: ProcedureKind
    label: str
    series: str
    receipt_basis: str
    acceptance_basis: str
    remedy: str
    deemed_acceptance: bool = False


_APPEAL = "逾期未办结的，您可以依法申请行政复议或者提起行政诉讼。"
_COMPLAINT = "逾期未办结的，您可以向主管部门投诉，或者拨打 12345。"

_ALL = (
    Procedure(
        kind="licence",
        label="许可",
        series="许",
        receipt_basis="《中华人民共和国行政许可法》第三十二条、{law}。收到申请材料，出具本凭证。",
        acceptance_basis="《中华人民共和国行政许可法》第三十二条、{law}。决定受理，出具本通知书。",
        remedy=_APPEAL,
        deemed_acceptance=True,
    ),
    Procedure(
        kind="registration",
        label="登记确认",
        series="登",
        receipt_basis="{law}。收到申请材料，出具本凭证。",
        acceptance_basis="{law}。申请材料齐全、符合规定，予以受理，出具本通知书。",
        remedy=_APPEAL,
    ),
    Procedure(
        kind="payment",
        label="给付",
        series="给",
        receipt_basis="{law}。收到申请材料，出具本凭证。",
        acceptance_basis="{law}。申请材料齐全、符合规定，予以受理，出具本通知书。",
        remedy=_APPEAL,
    ),
    Procedure(
        kind="public_service",
        label="公共服务",
        series="服",
        receipt_basis="{law}。登记您的办理事项，出具本凭证。",
        acceptance_basis="{law}。受理您的办理事项，出具本通知书。",
        remedy=_COMPLAINT,
    ),
    Procedure(
        kind="filing",
        label="备案",
        series="备",
        receipt_basis="{law}。收到备案材料，出具本凭证。",
        acceptance_basis="{law}。备案材料齐全，予以备案受理，出具本通知书。",
        remedy=_COMPLAINT,
    ),
)

PROCEDURES: Mapping[ProcedureKind, Procedure] = MappingProxyType({procedure.kind: procedure for procedure in _ALL})
