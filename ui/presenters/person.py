"""The person at the counter."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.applicant import is_expired
from clerk_app.domain.document_words import card_value, document_label
from clerk_app.domain.identity import LONG_TERM, IdentityDocument
from ui.presenters.counter_facts import VisitFacts
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.counter_state import PersonView
from ui.viewmodels.parts import ChipView, TextRow

_RESIDENT_NUMBER = 18


def person_view(visit: VisitFacts, today: date) -> PersonView | None:
    """The person whose document was read, or None while there is nobody."""
    document = visit.document
    if document is None:
        return None
    return PersonView(
        name=document.name or document.english_name or "",
        line=" · ".join(filter(None, _line(document, today))),
        presence=presence_chip(visit.present),
        rows=tuple(row for row in _rows(document) if row.value),
        ticket=visit.ticket or "",
        warning=_warning(document, today),
    )


def presence_chip(present: bool | None) -> ChipView:
    """本人在场, as it was answered."""
    if present is None:
        return ChipView(say("本人在场？"), Tone.WARN)
    return ChipView(say("本人在场"), Tone.OK) if present else ChipView(say("本人不在场"), Tone.WARN)


def grouped_id(number: str) -> str:
    """A citizen number as it is read out: 999999 19920216 0010; anything else as it is."""
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == _RESIDENT_NUMBER else number


def age_text(document: IdentityDocument, today: date) -> str:
    """Completed years of age, empty where the card says no birth date."""
    if not document.birth_date:
        return ""
    try:
        born = date.fromisoformat(document.birth_date)
    except ValueError:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return say("{years} 岁", years=years)


def _line(document: IdentityDocument, today: date) -> tuple[str, ...]:
    ethnicity = (document.ethnicity or "").removesuffix("族")
    return card_value(document, "sex"), age_text(document, today), ethnicity


def _rows(document: IdentityDocument) -> tuple[TextRow, ...]:
    kind = document_label(document) if document.document != "resident_id" else ""
    return (
        TextRow(say("证件"), kind),
        TextRow(say("证件号"), grouped_id(document.number or "")),
        TextRow(say("有效期"), _valid_until(document)),
        TextRow(say("户籍"), card_value(document, "address")),
    )


def _valid_until(document: IdentityDocument) -> str:
    if document.valid_until == LONG_TERM:
        return say("长期")
    return say("{day} 止", day=document.valid_until) if document.valid_until else ""


def _warning(document: IdentityDocument, today: date) -> str:
    warnings = []
    if is_expired(document, today):
        warnings.append(say("证件 {day} 已到期，请提醒换领。", day=document.valid_until))
    if document.number_valid is False:
        warnings.append(say("证件号码的校验位不对，请看清证件。"))
    if "name" in document.truncated:
        warnings.append(say("姓名在芯片里没有存全，请对照证件。"))
    return "".join(warnings)
