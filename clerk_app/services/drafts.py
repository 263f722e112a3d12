"""Drafts: a matter or a package being prepared, saved at every change; a draft has an owner and survives a crash."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain.applicant import Applicant, ReadSource, same_person
from clerk_app.domain.blobs import BlobRef
from clerk_app.domain.case import Case
from clerk_app.domain.changes import changed, taken_back
from clerk_app.domain.draft import (
    Draft,
    answered,
    draft_from_json,
    draft_to_json,
    filled,
    for_applicant,
    new_draft,
    with_consent,
    with_materials_of,
    with_other,
)
from clerk_app.domain.earlier import NOTHING_EARLIER, Earlier, earlier_of
from clerk_app.domain.elements import Field
from clerk_app.domain.filling import ReadDocument, card_roles
from clerk_app.domain.form import plain, visible_fields
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialForm, MaterialItem, MaterialState, allowed_states, check_of
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.merged_matter import merged_matter
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.packages import is_package
from clerk_app.errors import NoSuchDraft, UnlawfulStep
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.ports import Unit
from clerk_app.services.scans import Scan, seal
from clerk_app.services.visits import visit_state

_CASES_LOOKED_AT = 10
"""How many of a person's last cases are looked at for an answer given, or a result brought, before."""


def matter_of(desk: Desk, draft: Draft) -> Matter:
    """The matter of a draft, or its package for the answers and choices of now in the shape of one.

    It is that of the catalogue the draft began with. Raises `NoSuchMatter`, `NoSuchPackage` or `NoSuchVersion`.
    """
    one = one_thing_of(desk, draft)
    if one is not None:
        return merged_matter(one)
    return desk.catalogues.version(draft.matter_version).matter(draft.matter)


def one_thing_of(desk: Desk, draft: Draft) -> OneThing | None:
    """The package of a draft for its answers and choices; None for a matter. Raises `NoSuchPackage`."""
    if not is_package(draft.matter):
        return None
    catalogue = desk.catalogues.version(draft.matter_version)
    return one_thing(catalogue, draft.matter, plain(draft.values), draft.without)


def one_thing(catalogue: Catalogue, code: str, answers: Mapping[str, str], without: Collection[str]) -> OneThing:
    """A package for certain answers, without the optional children left out; raise `NoSuchPackage`."""
    package = catalogue.package(code)
    chosen = [child.matter for child in package.children if child.matter not in without]
    return merge(package, catalogue.children(package), answers, chosen)


def name_of(desk: Desk, draft: Draft) -> str:
    """The name of a draft's matter or package; raises as `matter_of` does."""
    catalogue, code = desk.catalogues.version(draft.matter_version), draft.matter
    return (catalogue.package(code) if is_package(code) else catalogue.matter(code)).name


def open_draft(desk: Desk, me: SignedIn, visit: str, code: str) -> Draft:
    """Begin a matter or a package in a visit; what was read of the applicant fills the form at once.

    Raises `UnlawfulStep` for one that is not done where this desk serves.
    """
    catalogue = desk.catalogue
    if desk.channel not in (catalogue.package(code) if is_package(code) else catalogue.matter(code)).channels:
        raise UnlawfulStep(reason=f"not_done_{desk.channel}")
    matter = merged_matter(one_thing(catalogue, code, {}, ())) if is_package(code) else catalogue.matter(code)
    now = desk.clock.now_ms()
    draft = new_draft(desk.new_id(), visit, matter, owner=me.clerk, at_ms=now)
    applicant = visit_state(desk, visit).applicant
    if applicant is not None:
        draft = with_person(desk, draft, applicant, known_before(desk, applicant))
    return save_draft(desk, me, draft)


def with_person(desk: Desk, draft: Draft, applicant: Applicant, before: Earlier) -> Draft:
    """The draft of this applicant, not yet saved: all that the document and earlier cases fill, in whatever order.

    `before` is what `known_before` said. Reads nothing: safe on any thread. Raises as `matter_of` does.
    """
    matter, now = matter_of(desk, draft), desk.clock.now_ms()
    return suited(desk, for_applicant(draft, matter, applicant, before, now, offered=_offered(desk, draft, matter)))


def _offered(desk: Desk, draft: Draft, matter: Matter) -> tuple[Field, ...]:
    """What the form can ask for whatever is answered and left out."""
    if not is_package(draft.matter):
        return matter.fields
    catalogue = desk.catalogues.version(draft.matter_version)
    return merged_matter(one_thing(catalogue, draft.matter, {}, ())).fields


def known_before(desk: Desk, applicant: Applicant) -> Earlier:
    """What earlier cases of this person say; nothing to whoever does not stand here."""
    return earlier_of(earlier_cases(desk, applicant.document)) if applicant.present else NOTHING_EARLIER


def answer_consent(desk: Desk, me: SignedIn, draft: Draft, *, given: bool) -> Draft:
    """Keep what the person said about sensitive answers of an earlier visit, and save; they stand again with a yes.

    Raises `UnlawfulStep` where there is nothing to ask, or it was asked.
    """
    assert draft.document is not None
    said = earlier_of(earlier_cases(desk, draft.document)).answers
    matter = matter_of(desk, draft)
    return save_draft(desk, me, with_consent(draft, matter, said, desk.clock.now_ms(), given=given))


def earlier_cases(desk: Desk, document: IdentityDocument) -> list[Case]:
    """The last cases of the owner of this document that this desk holds, the newest first."""
    if not document.number or not document.name:
        return []
    rows = desk.journal.reads.cases(text=document.name, limit=_CASES_LOOKED_AT)
    cases: list[Case] = [desk.journal.reads.fold(f"case/{row.number}").state for row in rows]
    return [case for case in cases if case.intake is not None and same_person(case.intake.applicant, document)]


def roles_asked(desk: Desk, draft: Draft) -> tuple[str, ...]:
    """Whose documents besides the applicant's could fill this form as it stands, in the order of the paper."""
    matter = matter_of(desk, draft)
    return card_roles(visible_fields(matter, draft.values))


def read_other(
    desk: Desk, me: SignedIn, draft: Draft, role: str, document: IdentityDocument, *, source: ReadSource
) -> Draft:
    """Read the document of another person for this form, and save; the clerk said whose it is.

    The applicant's own document may be read for a role: who founds a firm often represents it. Raises `UnlawfulStep`
    for a role that the form does not ask for.
    """
    return save_draft(desk, me, with_document(desk, draft, role, document, source=source))


def with_document(desk: Desk, draft: Draft, role: str, document: IdentityDocument, *, source: ReadSource) -> Draft:
    """The draft after another person's document was read, not yet saved; raises as `read_other` does."""
    if role not in roles_asked(desk, draft):
        raise UnlawfulStep(reason="role_not_asked")
    matter = matter_of(desk, draft)
    return with_other(draft, matter, role, ReadDocument(document, source), desk.clock.now_ms())


def load_draft(desk: Desk, me: SignedIn, draft_id: str) -> Draft:
    """A draft of this clerk; raise `NoSuchDraft` if it is gone or another clerk's."""
    row = desk.journal.reads.draft(draft_id)
    if row is None or row.owner != me.clerk:
        raise NoSuchDraft
    return draft_from_json(row.content.decode())


def my_drafts(desk: Desk, me: SignedIn) -> list[Draft]:
    """This clerk's drafts, newest first."""
    return [draft_from_json(row.content.decode()) for row in desk.journal.reads.drafts_of(me.clerk)]


def fill_fields(desk: Desk, me: SignedIn, draft: Draft, texts: Mapping[str, str]) -> Draft:
    """Type values into fields, or answer questions (`q.…`), and save."""
    now = desk.clock.now_ms()
    matter = matter_of(desk, draft)
    for code, text in texts.items():
        draft = answered(draft, matter, code, text, now)
    return save_draft(desk, me, suited(desk, draft))


def change_value(desk: Desk, me: SignedIn, draft: Draft, code: str, text: str, reason: str) -> Draft:
    """Change what a source filled, and save; raises as `domain.changes.changed` does."""
    matter = matter_of(desk, draft)
    return save_draft(desk, me, suited(desk, changed(draft, matter, code, text, reason, desk.clock.now_ms())))


def take_back_change(desk: Desk, me: SignedIn, draft: Draft, code: str) -> Draft:
    """Put back what the source said, and save; raises as `domain.changes.taken_back` does."""
    return save_draft(desk, me, suited(desk, taken_back(draft, matter_of(desk, draft), code, desk.clock.now_ms())))


def leave_out(desk: Desk, me: SignedIn, draft: Draft, without: Collection[str]) -> Draft:
    """Leave these optional children of a package out, and no others, and save.

    Raises `UnlawfulStep` for one that the citizen cannot leave out.
    """
    package = desk.catalogues.version(draft.matter_version).package(draft.matter)
    optional = {child.matter for child in package.children if child.optional}
    if not optional.issuperset(without):
        raise UnlawfulStep(reason="child_not_optional")
    draft = replace(draft, without=tuple(sorted(without)), updated_at=desk.clock.now_ms())
    return save_draft(desk, me, suited(desk, draft))


def suited(desk: Desk, draft: Draft) -> Draft:
    """The draft of a package as its answers and choices are now: what the card fills, and the materials asked for."""
    return standing(desk, draft)[0] if is_package(draft.matter) else draft


def standing(desk: Desk, draft: Draft) -> tuple[Draft, Matter, OneThing | None]:
    """The draft as `suited` makes it, with what `matter_of` and `one_thing_of` say of it.

    A package is merged once, and again only if what filled itself changed an answer. Raises as `matter_of` does.
    """
    one = one_thing_of(desk, draft)
    if one is None:
        return draft, matter_of(desk, draft), None
    matter = merged_matter(one)
    now = with_materials_of(filled(draft, matter, draft.updated_at), matter)
    if plain(now.values) == plain(draft.values):
        return now, matter, one
    again = one_thing(desk.catalogues.version(now.matter_version), now.matter, plain(now.values), now.without)
    return now, merged_matter(again), again


def receive_material(
    desk: Desk,
    me: SignedIn,
    draft: Draft,
    code: str,
    state: MaterialState,
    *,
    form: MaterialForm = "original_seen",
    pages: int = 1,
) -> Draft:
    """Record how a material stands and save; refused if the catalogue does not allow that state."""
    return save_draft(desk, me, settle_material(desk, draft, code, state, form=form, pages=pages))


def settle_material(
    desk: Desk,
    draft: Draft,
    code: str,
    state: MaterialState,
    *,
    form: MaterialForm = "original_seen",
    pages: int = 1,
) -> Draft:
    """The draft with a material in that state, not yet saved; refused if the catalogue does not allow it."""
    item, need = draft.material(code), matter_of(desk, draft).material(code)
    if item is None or need is None or state not in allowed_states(need, draft.read_by):
        raise UnlawfulStep(reason="material_state")
    here = state == "received"
    changed = replace(
        item,
        state=state,
        form=form if here else "none",
        copies=need.copies if here else 0,
        pages=pages if here else 0,
        blobs=item.blobs if here else (),
        check=check_of(need, state, draft.read_by),
    )
    return draft.with_material(changed, desk.clock.now_ms())


def attach_scan(desk: Desk, me: SignedIn, draft: Draft, code: str, scan: Scan) -> Draft:
    """Seal a scan into the vault and add it to a material, which counts as received by it.

    The file is durable before the draft names it; a crash between the two leaves only a file nobody can open.
    """
    item = draft.material(code)
    if item is None:
        raise UnlawfulStep(reason="material_state")
    ref = seal(desk, scan)
    return _with_blob(desk, me, draft.with_material(_received(item, ref), desk.clock.now_ms()), ref)


def attach_file(desk: Desk, me: SignedIn, draft: Draft, code: str, scan: Scan) -> Draft:
    """Seal a file into the vault as the answer to a form element, in place of the one before; durable as a scan is.

    Raises `UnlawfulStep` for an element that takes no file. Its name is printed: what no font can draw is left out.
    """
    field = matter_of(desk, draft).field(code)
    if field is None or field.type != "file":
        raise UnlawfulStep(reason="not_a_file_element")
    lacking = set(desk.renderer.missing_glyphs(scan.name))
    name = "".join("_" if character in lacking else character for character in scan.name)
    ref = seal(desk, replace(scan, name=name))
    return _with_blob(desk, me, draft.attaching(code, ref, desk.clock.now_ms()), ref)


def save_draft(desk: Desk, me: SignedIn, draft: Draft) -> Draft:
    """Write the draft; raise `NoSuchDraft` if it belongs to another clerk."""
    if draft.owner != me.clerk:
        raise NoSuchDraft
    with desk.journal.write(me.clerk) as unit:
        put_draft(unit, draft)
        unit.commit()
    return draft


def _with_blob(desk: Desk, me: SignedIn, draft: Draft, ref: BlobRef) -> Draft:
    """Save a draft that names a file for the first time."""
    with desk.journal.write(me.clerk) as unit:
        unit.keep_blob(ref.id, ref.size)
        put_draft(unit, draft)
        unit.commit()
    return draft


def put_draft(unit: Unit, draft: Draft) -> None:
    """Write the draft inside a transaction."""
    content = draft_to_json(draft).encode()
    unit.save_draft(draft.id, visit=draft.visit, owner=draft.owner, content=content)


def _received(item: MaterialItem, ref: BlobRef) -> MaterialItem:
    state: MaterialState = "received" if item.state == "missing" else item.state
    form: MaterialForm = "copy_kept" if item.form == "none" else item.form
    return replace(
        item, state=state, form=form, copies=max(item.copies, 1), pages=item.pages + ref.pages, blobs=(*item.blobs, ref)
    )
