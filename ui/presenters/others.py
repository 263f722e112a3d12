"""Whose card it is: the question asked when a card is read while a form could use another person's."""

from __future__ import annotations

from clerk_app.domain.applicant import same_person
from clerk_app.domain.filling import card_roles
from clerk_app.domain.form import visible_fields
from clerk_app.domain.sources import APPLICANT, ROLE_LABELS
from ui.presenters.counter_facts import CounterFacts, Preparing
from ui.presenters.person import grouped_id
from ui.viewmodels.basic import Choice
from ui.viewmodels.counter_state import NOBODY, WhoseView


def roles_wanted(work: Preparing) -> tuple[str, ...]:
    """Whose documents besides the applicant's could fill the form as it stands, in the order of the paper."""
    return card_roles(visible_fields(work.matter, work.draft.values))


def whose_view(facts: CounterFacts) -> WhoseView:
    """Who was read, and who that may be. Another person's card is never the applicant's."""
    read, work, applicant = facts.other, facts.visit.work, facts.visit.document
    if read is None or work is None:
        return NOBODY
    is_applicant = applicant is not None and same_person(read.document, applicant)
    roles = (*((APPLICANT,) if is_applicant else ()), *roles_wanted(work))
    choices = tuple(Choice(role, label) for role, label in ROLE_LABELS.items() if role in roles)
    return WhoseView(read.document.name or "", grouped_id(read.document.number or ""), choices)
