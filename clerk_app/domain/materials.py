"""Materials as they stand in a draft or a case: what came in, in which form, and what takes the place of paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from clerk_app.domain.applicant import ReadSource
from clerk_app.domain.blobs import BlobRef, blob_body, blob_from_body
from clerk_app.domain.civil import optional_date
from clerk_app.domain.conditions import may_apply
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.situations import standing

MaterialState = Literal["received", "exempt", "deferred", "promised", "missing"]
MaterialCheck = Literal["confirmed", "pending"]
"""An exemption by electronic licence: the licence library confirmed it (已核验), or must still be asked (待复核)."""
MaterialForm = Literal["none", "original_seen", "original_kept", "copy_kept", "electronic"]
_STATES, _CHECKS, _FORMS = get_args(MaterialState), get_args(MaterialCheck), get_args(MaterialForm)

STATE_LABELS: Mapping[MaterialState, str] = {
    "received": "已收",
    "exempt": "免提交",
    "deferred": "容缺后补",
    "promised": "告知承诺",
    "missing": "缺",
}
CHECK_LABELS: Mapping[MaterialCheck, str] = {"confirmed": "已核验", "pending": "待复核"}
FORM_LABELS: Mapping[MaterialForm, str] = {
    "none": "—",
    "original_seen": "原件已看",
    "original_kept": "原件已收",
    "copy_kept": "复印件已收",
    "electronic": "电子件",
}


@dataclass(frozen=True, slots=True)
class MaterialItem:
    """One material: its state, the form it came in, sheets of paper (`copies`) and pages; 0 where nothing came.

    `check` is None unless an electronic licence stands in its place. `defer_until` is the last day for a deferred one
    of a case.
    """

    code: str
    name: str
    state: MaterialState = "missing"
    form: MaterialForm = "none"
    copies: int = 0
    pages: int = 0
    blobs: tuple[BlobRef, ...] = ()
    check: MaterialCheck | None = None
    defer_until: date | None = None

    @property
    def is_settled(self) -> bool:
        """Whether it is in, or lawfully need not be."""
        return self.state in ("received", "exempt", "promised")


def first_materials(matter: Matter, read_by: ReadSource | None) -> tuple[MaterialItem, ...]:
    """The materials of a new draft, in catalogue order: all missing, but what reading the card has satisfied."""
    return tuple(_first(need, read_by) for need in matter.materials)


def allowed_states(need: MaterialNeed, read_by: ReadSource | None) -> tuple[MaterialState, ...]:
    """The states a clerk may lawfully choose for a material; `exempt` by card only if a reader read it."""
    exempt = need.e_licence is True or need.reusable or (need.by_card and read_by == "card")
    choices: list[MaterialState] = ["received"]
    if exempt:
        choices.append("exempt")
    if need.deferrable:
        choices.append("deferred")
    if need.promise:
        choices.append("promised")
    return (*choices, "missing")


def check_of(need: MaterialNeed, state: MaterialState, read_by: ReadSource | None) -> MaterialCheck | None:
    """How sure a state is when a clerk chooses it: an exemption that no card read here shows rests on the library."""
    by_card = need.by_card and read_by == "card"
    return "pending" if state == "exempt" and not by_card else None


def needed_materials(matter: Matter, answers: Mapping[str, str]) -> tuple[MaterialNeed, ...]:
    """The needs that apply to these answers; one whose question is still unanswered counts as needed."""
    counted = standing(matter.situations, answers)
    return tuple(need for need in matter.materials if may_apply(need.when, counted))


def material_body(item: MaterialItem) -> dict[str, Any]:
    """A material as it is written into a body or a draft."""
    body: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "state": item.state,
        "form": item.form,
        "copies": item.copies,
        "pages": item.pages,
        "blobs": [blob_body(blob) for blob in item.blobs],
    }
    if item.defer_until is not None:
        body["defer_until"] = item.defer_until.isoformat()
    return body if item.check is None else {**body, "check": item.check}


def material_from_body(body: Mapping[str, Any]) -> MaterialItem:
    """Read `material_body` back; raises `KeyError` or `ValueError` for a malformed one."""
    state, form = body["state"], body["form"]
    check = body.get("check")
    if state not in _STATES or form not in _FORMS:
        raise ValueError("unknown material state or form")
    if check is not None and check not in _CHECKS:
        raise ValueError("unknown check of a material")
    return MaterialItem(
        str(body["code"]),
        str(body["name"]),
        state,
        form,
        int(body["copies"]),
        int(body["pages"]),
        tuple(blob_from_body(blob) for blob in body["blobs"]),
        check,
        optional_date(body.get("defer_until")),
    )


def _first(need: MaterialNeed, read_by: ReadSource | None) -> MaterialItem:
    if need.by_card and read_by == "card":
        return MaterialItem(need.code, need.name, "exempt", "original_seen")
    return MaterialItem(need.code, need.name)
