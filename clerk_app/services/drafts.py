"""Drafts: a matter being prepared. Every change is saved at once; a draft has an owner and survives a crash."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from clerk_app.domain.draft import Draft, answered, draft_from_json, draft_to_json, new_draft, with_applicant
from clerk_app.domain.materials import BlobRef, MaterialForm, MaterialItem, MaterialState, allowed_states, check_of
from clerk_app.domain.matter import Matter
from clerk_app.errors import NoSuchDraft, UnlawfulStep
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.ports import Unit
from clerk_app.services.visits import visit_state


def matter_of(desk: Desk, code: str) -> Matter:
    """The matter with this code; raise `NoSuchMatter`."""
    return desk.catalogue.matter(code)


def open_draft(desk: Desk, me: SignedIn, visit: str, matter_code: str) -> Draft:
    """Begin a matter in a visit; what was read of the applicant fills the form at once."""
    matter = matter_of(desk, matter_code)
    now = desk.clock.now_ms()
    draft = new_draft(desk.new_id(), visit, matter, owner=me.clerk, at_ms=now)
    applicant = visit_state(desk, visit).applicant
    if applicant is not None:
        draft = with_applicant(draft, matter, applicant, now)
    return save_draft(desk, me, draft)


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
    """Type values into fields and save."""
    now = desk.clock.now_ms()
    matter = matter_of(desk, draft.matter)
    for code, text in texts.items():
        draft = answered(draft, matter, code, text, now)
    return save_draft(desk, me, draft)


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
    item, need = draft.material(code), matter_of(desk, draft.matter).material(code)
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


def attach_scan(
    desk: Desk, me: SignedIn, draft: Draft, code: str, content: bytes, *, media_type: str, name: str
) -> Draft:
    """Seal a scan into the vault and add it to a material, which counts as received by it.

    The file is durable before the draft names it; a crash between the two leaves only a file nobody can open.
    """
    item = draft.material(code)
    if item is None:
        raise UnlawfulStep(reason="material_state")
    blob = desk.journal.vault.put(content)
    ref = BlobRef(blob.id, base64.b64encode(blob.key).decode("ascii"), blob.size, media_type, name)
    draft = draft.with_material(_received(item, ref), desk.clock.now_ms())
    with desk.journal.write(me.clerk) as unit:
        unit.keep_blob(blob.id, blob.size)
        put_draft(unit, draft)
        unit.commit()
    return draft


def save_draft(desk: Desk, me: SignedIn, draft: Draft) -> Draft:
    """Write the draft; raise `NoSuchDraft` if it belongs to another clerk."""
    if draft.owner != me.clerk:
        raise NoSuchDraft
    with desk.journal.write(me.clerk) as unit:
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
        item, state=state, form=form, copies=max(item.copies, 1), pages=item.pages + 1, blobs=(*item.blobs, ref)
    )
