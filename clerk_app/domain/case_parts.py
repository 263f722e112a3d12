"""What a case and a child of a package are made of, and how it is read from the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, get_args

from clerk_app.domain.civil import optional_date
from clerk_app.domain.matter import EffectWhen, MatterKind
from clerk_app.domain.notices import NoticeKind
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.workdays import Due

DecisionResult = Literal["grant", "refuse"]

NUMBER_KEYS = ("number", "credit_code")
"""The keys of a result's data that are the number on its document, the first that is there."""

SpecialKind = Literal["extension", "other"]
"""特别程序种类: 延长审批, or anything else whose time does not count (听证, 检验, 鉴定, 专家评审 …)."""


@dataclass(frozen=True, slots=True)
class CaseMatter:
    """The matter as it was when the case was taken in; of a package the whole, whose department leads.

    `kind` and `implementation_code` (31-digit 实施编码) are None and empty in facts written before they were kept.
    """

    code: str
    version: str
    name: str
    department: str
    procedure: ProcedureKind
    kind: MatterKind | None = None
    implementation_code: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the paper says is in force and what is not yet; one line each, either may be empty."""

    when: EffectWhen
    in_force: str
    not_yet: str


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document of the case: kind, 文书编号 and how many copies were printed."""

    kind: NoticeKind
    document_number: str
    copies: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The department's decision. `decided_on` is the civil date of the platform's fact."""

    result: DecisionResult
    reason: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The result of what was granted or done at once (结果登记): its document, the number on it, and its data by key.

    `name` and `number` are empty where nobody said them. `said_on` is the civil date of the fact that says it last.
    """

    name: str
    number: str
    said_on: date
    brings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """The department sent the case back, with its reason."""

    reason: str
    returned_on: date


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """A special procedure of the department. Times are UTC in milliseconds; `ended_at` is None while it goes on."""

    kind: SpecialKind
    name: str
    reason: str
    began_at: int
    ended_at: int | None = None
    result: str = ""


def read_due(body: Mapping[str, Any], name: str) -> Due | None:
    """The last day of a limit, `name` being `due`, `legal_due` or `notice_due`."""
    on = optional_date(body.get(f"{name}_on"))
    return Due(on, bool(body.get(f"{name}_estimated", False))) if on else None


def due_body(name: str, due: Due | None) -> dict[str, Any]:
    """A last day as a fact writes it."""
    return {f"{name}_on": due.on.isoformat() if due else None, f"{name}_estimated": due is not None and due.estimated}


def read_matter(body: Mapping[str, Any]) -> CaseMatter:
    """The matter of a case or a child."""
    return CaseMatter(
        code=str(body["code"]),
        version=str(body["version"]),
        name=str(body["name"]),
        department=str(body["department"]),
        procedure=known(body["procedure"], get_args(ProcedureKind)),
        kind=None if body.get("kind") is None else known(body["kind"], get_args(MatterKind)),
        implementation_code=str(body.get("implementation_code", "")),
    )


def read_effect(body: Mapping[str, Any]) -> Effect:
    """What is in force and what is not yet."""
    return Effect(known(body["when"], get_args(EffectWhen)), str(body["in_force"]), str(body["not_yet"]))


def effect_body(effect: Effect) -> dict[str, str]:
    """An effect as a fact writes it."""
    return {"when": effect.when, "in_force": effect.in_force, "not_yet": effect.not_yet}


def read_result(body: Mapping[str, Any], said_on: date) -> CaseResult | None:
    """The result that a decision or a registration says; None where it says none."""
    document = body.get("document") or {}
    brings = {str(key): str(value) for key, value in (body.get("brings") or {}).items()}
    name, number = str(document.get("name") or ""), str(document.get("number") or "")
    number = number or next((brings[key] for key in NUMBER_KEYS if key in brings), "")
    return CaseResult(name, number, said_on, brings) if name or number or brings else None


def result_body(name: str, number: str, brings: Mapping[str, str]) -> dict[str, Any]:
    """A result as a fact writes it."""
    return {"document": {"name": name, "number": number}, "brings": dict(brings)}


def read_document(body: Mapping[str, Any]) -> IssuedDocument:
    """A document that was printed."""
    return IssuedDocument(known(body["kind"], get_args(NoticeKind)), str(body["document_number"]), int(body["copies"]))


def known(value: Any, values: tuple[Any, ...]) -> Any:
    """`value`, if it is one of these; raise `ValueError`."""
    if value not in values:
        raise ValueError(value)
    return value
