"""Papers that come after the case was accepted (容缺后补): received, recorded, their scans kept."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.domain.materials import MaterialForm, MaterialItem, material_body
from clerk_app.errors import UnlawfulStep
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.papers import load_case
from clerk_app.services.scans import Scan, seal


def supply_material(
    desk: Desk,
    me: SignedIn,
    number: str,
    code: str,
    *,
    form: MaterialForm = "original_seen",
    pages: int = 1,
    scans: Sequence[Scan] = (),
) -> None:
    """Record that a deferred paper came; late ones are taken too.

    Raises `NoSuchCase`, and `UnlawfulStep` for a paper that was not deferred or is in already. The files are durable
    before the entry names them.
    """
    case = load_case(desk, number)
    found = next((known for known in case.deferrals if known.code == code and known.is_open), None)
    if found is None:
        raise UnlawfulStep(reason="not_deferred")
    refs = tuple(seal(desk, scan) for scan in scans)
    item = MaterialItem(code, found.name, "received", form, 1, max(pages, sum(ref.pages for ref in refs)), refs)
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"case/{case.number}", "case.material_supplied", {"materials": [material_body(item)]})
        for ref in refs:
            unit.keep_blob(ref.id, ref.size)
            unit.name_blob(ref.id, case.number)
        unit.commit()
