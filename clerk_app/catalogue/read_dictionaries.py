"""The small dictionaries of a catalogue: its edition, materials, situations, kinds of electronic licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from clerk_app.catalogue.read_conditions import read_condition
from clerk_app.catalogue.tables import Table
from clerk_app.domain.matter import MatterVersion
from clerk_app.domain.needs import LicenceKind, Material, OriginalNeed
from clerk_app.domain.situations import Situation
from clerk_app.domain.sources import APPLICANT


@dataclass(frozen=True, slots=True)
class Edition:
    """What holds for the whole catalogue."""

    version: MatterVersion
    label: str
    region_short: str
    sample: bool


VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,49}")
_LICENCE_CODE = re.compile(r"[a-z][a-z0-9_]{0,49}")
_MATERIAL_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")

NO_EDITION = Edition(MatterVersion(""), "", "", True)


def read_edition(table: Table) -> Edition:
    """The head of a catalogue."""
    edition = Edition(
        MatterVersion(table.code("version", VERSION, "数字、英文字母、点、横线，最多 50 个")),
        table.text("label", ""),
        table.text("region_short"),
        table.flag("sample"),
    )
    table.close()
    return edition


def read_licence_kinds(table: Table | None) -> dict[str, LicenceKind]:
    """Kinds of electronic licences by code."""
    kinds: dict[str, LicenceKind] = {}
    for row in table.tables("licences") if table else ():
        code = row.code("code", _LICENCE_CODE, "小写英文、数字和 _")
        if code in kinds:
            row.fault("code", f"电子证照 {code} 重复")
        kinds[code] = LicenceKind(
            code,
            row.text("name"),
            row.texts("keys"),
            row.flag("sensitive", default=False),
            row.texts("holders", default=(APPLICANT,)),
        )
        row.close()
    if table:
        table.close()
    return kinds


def read_materials(table: Table | None, licences: dict[str, LicenceKind]) -> dict[str, Material]:
    """Materials by code."""
    materials: dict[str, Material] = {}
    for row in table.tables("materials") if table else ():
        material = Material(
            code=row.code("code", _MATERIAL_CODE, "大写英文加数字"),
            name=row.text("name"),
            issuer=row.text("issuer"),
            licence=row.optional_text("licence"),
            where=row.text("where", ""),
            printed="form" in row.data and row.word("form", ("printed",)) == "printed",
            sample=row.text("sample", ""),
            original=row.word("original", get_args(OriginalNeed), default="seen"),
        )
        if material.code in materials:
            row.fault("code", f"材料 {material.code} 重复")
        if material.licence is not None and material.licence not in licences:
            row.fault("licence", f"没有电子证照 {material.licence}")
        materials[material.code] = material
        row.close()
    if table:
        table.close()
    return materials


def read_situations(table: Table | None) -> dict[str, tuple[Situation, Table]]:
    """Situations by code, each with the table it stands in, for the checks of the whole."""
    situations: dict[str, tuple[Situation, Table]] = {}
    for row in table.tables("situations") if table else ():
        situation = Situation(
            code=row.text("code"),
            question=row.text("question"),
            choices=row.texts("choices"),
            why=row.text("why", ""),
            when=read_condition(row.optional_table("when")),
        )
        if situation.code in situations:
            row.fault("code", f"情形 {situation.code} 重复")
        situations[situation.code] = (situation, row)
        row.close()
    if table:
        table.close()
    return situations
