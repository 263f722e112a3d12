"""Electronic licences at the counter (免证办, 预填): asked beside the work, never waited for.

A material that a licence replaces is 待复核 from the moment the clerk says so. If the library can be asked it is
confirmed, or taken back with a reason; if not, the case goes on and the platform re-checks it after the sync.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from clerk_app.domain.draft import Draft, with_licence
from clerk_app.domain.form import visible_fields
from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion
from clerk_app.domain.matter import Matter
from clerk_app.domain.merged_parts import at_counter
from clerk_app.domain.prefill import Form, Wanted, next_wanted
from clerk_app.errors import NoSuchCase, UnlawfulStep
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.papers import load_case


def question_about(me: SignedIn, draft: Draft, code: str) -> LicenceQuestion | None:
    """What to ask about a material; None if there is nothing to ask, or nobody's document was read."""
    item, document = draft.material(code), draft.document
    if item is None or item.check != "pending" or document is None or not document.number:
        return None
    return LicenceQuestion(document.number, code, me.clerk, "exempt", draft.matter, draft.visit)


def prefill_question(
    desk: Desk, me: SignedIn, draft: Draft, matter: Matter, asked: Collection[Wanted]
) -> tuple[Wanted, LicenceQuestion] | None:
    """What to ask next to fill the form as it stands now; None when nothing is left to ask.

    Only elements that are on the form are asked for: what the matter does not need nobody looks up.
    """
    if draft.document is None:
        return None
    catalogue, produced = desk.catalogues.version(draft.matter_version), matter.produces.materials
    to_come = {one.licence for one in catalogue.materials if one.code in produced and one.licence}
    shown = [at_counter(one, to_come) for one in visible_fields(matter, draft.values)]
    form = Form(shown, matter.client, {kind.code: kind for kind in catalogue.licence_kinds})
    wanted = next_wanted(form, draft.evidence, draft.values, asked)
    if wanted is None:
        return None
    kept_as = catalogue.licence_type(wanted.kind)
    return wanted, LicenceQuestion(wanted.holder, kept_as, me.clerk, "prefill", draft.matter, draft.visit)


def with_prefill(desk: Desk, draft: Draft, matter: Matter, wanted: Wanted, finding: LicenceFinding) -> Draft:
    """The draft after the library was asked what could fill it, not yet saved."""
    return with_licence(draft, matter, wanted.kind, finding, desk.clock.now_ms())


def look_up(desk: Desk, question: LicenceQuestion) -> LicenceFinding:
    """What the library says, at once `unavailable` without a line. It takes as long as the line does: use a lane."""
    return desk.licences.look_up(question) if desk.is_online() else UNAVAILABLE


def with_finding(desk: Desk, draft: Draft, code: str, finding: LicenceFinding) -> Draft:
    """The draft after the library was asked, not yet saved. Without a good licence the material is missing again."""
    item = draft.material(code)
    if item is None or item.check != "pending" or finding.state == "unavailable":
        return draft
    found = (
        replace(item, check="confirmed")
        if finding.state == "valid"
        else replace(item, state="missing", form="none", check=None)
    )
    return draft.with_material(found, desk.clock.now_ms())


def settle_recheck(desk: Desk, me: SignedIn, number: str, subject: str, note: str) -> None:
    """Record how a clerk dealt with a re-check that differs; raise `NoSuchCase` or `UnlawfulStep`."""
    case = load_case(desk, number)
    found = next((known for known in case.rechecks if known.subject == subject), None)
    if found is None:
        raise NoSuchCase
    if not note.strip():
        raise UnlawfulStep(reason="reason_missing")
    body = {"subject": subject, "name": found.name, "note": note.strip()}
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"case/{case.number}", "case.recheck_settled", body)
        unit.commit()
