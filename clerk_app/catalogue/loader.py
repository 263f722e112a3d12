"""From the catalogue's files to matters.

    catalogue.toml        version, label
    materials.toml        the dictionary of materials
    fields.toml           the groups of form elements
    matters/CODE.toml     one matter a file

Every fault of every file is found in one run (`BadCatalogue`); a catalogue is used whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.checks import check_field, check_matter
from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.tables import Table, read_toml
from clerk_app.domain.matter import (
    Channel,
    Condition,
    EffectText,
    EffectWhen,
    ExpiredCard,
    Field,
    FieldGroup,
    FieldType,
    HandleItem,
    MaterialNeed,
    Matter,
    MatterKind,
    MatterVersion,
    Power,
    Presence,
)
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.workdays import Limit, LimitUnit

SHIPPED = Path(__file__).with_name("sample")


def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue in `folder`; raise `BadCatalogue` with every fault found."""
    faults = Faults()
    head = read_toml(folder, "catalogue.toml", faults)
    edition = _read_edition(head) if head else _NO_EDITION
    sources = _Sources(
        edition,
        _read_materials(read_toml(folder, "materials.toml", faults)),
        _read_groups(read_toml(folder, "fields.toml", faults)),
    )
    names = sorted(f"matters/{path.name}" for path in (folder / "matters").glob("*.toml"))
    if not names:
        faults.add("matters", None, "", "没有事项")
    tables = (read_toml(folder, name, faults) for name in names)
    matters = tuple(sources.read_matter(table) for table in tables if table is not None)
    faults.raise_if_any()
    return Catalogue(edition.version, edition.label, matters)


@dataclass(frozen=True, slots=True)
class _Edition:
    """What holds for the whole catalogue."""

    version: MatterVersion
    label: str
    region_short: str
    sample: bool


_NO_EDITION = _Edition(MatterVersion(""), "", "", True)


def _read_edition(table: Table) -> _Edition:
    edition = _Edition(
        MatterVersion(table.text("version")),
        table.text("label", ""),
        table.text("region_short"),
        table.flag("sample"),
    )
    table.close()
    return edition


def _read_materials(table: Table | None) -> dict[str, str]:
    """Names of materials by code."""
    names: dict[str, str] = {}
    for row in table.tables("materials") if table else ():
        code = row.text("code")
        if code in names:
            row.fault("code", f"材料 {code} 重复")
        names[code] = row.text("name")
        row.text("issuer")
        row.close()
    if table:
        table.close()
    return names


def _read_groups(table: Table | None) -> dict[str, FieldGroup]:
    groups: dict[str, FieldGroup] = {}
    for row in table.tables("groups") if table else ():
        code = row.text("code")
        if code in groups:
            row.fault("code", f"要素组 {code} 重复")
        groups[code] = FieldGroup(
            code, row.text("name"), tuple(_read_field(item, code) for item in row.tables("fields"))
        )
        row.close()
    if table:
        table.close()
    return groups


def _read_field(table: Table, group: str) -> Field:
    field = Field(
        code=table.text("code"),
        label=table.text("label"),
        type=table.word("type", get_args(FieldType)),
        required=table.flag("required", default=True),
        choices=table.texts("choices", default=()),
        source=table.optional_text("source"),
        when=_read_condition(table.optional_table("when")),
        why=table.text("why"),
        hint=table.text("hint", ""),
        sensitive=table.flag("sensitive", default=False),
        may_be_future=table.flag("may_be_future", default=False),
    )
    table.close()
    check_field(field, group, table)
    return field


def _read_condition(table: Table | None) -> Condition | None:
    if table is None:
        return None
    condition = Condition(table.text("field"), table.texts("values"))
    table.close()
    return condition


class _Sources:
    """What the files of matters refer to."""

    def __init__(self, edition: _Edition, materials: Mapping[str, str], groups: Mapping[str, FieldGroup]) -> None:
        self._edition = edition
        self._materials = materials
        self._groups = groups

    def read_matter(self, table: Table) -> Matter:
        """One matter, its faults noted. Only a well-formed one is looked at as a whole."""
        faults_before = len(table.file.faults.found)
        legal, promised, notify = _read_limits(table.table("limits"))
        department_short = table.text("department_short")
        matter = Matter(
            code=table.text("code"),
            version=self._edition.version,
            name=table.text("name"),
            aliases=table.texts("aliases", default=()),
            implementation_code=table.text("implementation_code"),
            department=table.text("department"),
            department_short=department_short,
            document_prefix=self._edition.region_short + department_short,
            procedure=table.word("procedure", get_args(ProcedureKind)),
            by_law=table.text("by_law"),
            kind=table.word("kind", get_args(MatterKind)),
            legal=legal,
            promised=promised,
            notify=notify,
            presence=table.word("presence", get_args(Presence)),
            expired_card=table.word("expired_card", get_args(ExpiredCard)),
            channels=table.words("channels", get_args(Channel)),
            handle=_read_handle(table.table("handle")),
            materials=tuple(self._read_need(row) for row in table.tables("materials")),
            groups=self._read_group_codes(table),
            result=table.text("result"),
            pickup_field=table.optional_text("pickup_field"),
            sample=self._edition.sample,
        )
        table.close()
        if len(table.file.faults.found) == faults_before:
            check_matter(matter, table)
        return matter

    def _read_group_codes(self, table: Table) -> tuple[FieldGroup, ...]:
        codes = table.texts("groups")
        for code in codes:
            if code not in self._groups:
                table.fault("groups", f"没有要素组 {code}")
        return tuple(self._groups[code] for code in codes if code in self._groups)

    def _read_need(self, table: Table) -> MaterialNeed:
        code = table.text("code")
        if code not in self._materials:
            table.fault("code", f"材料字典里没有 {code}")
        need = MaterialNeed(
            code=code,
            name=table.optional_text("name") or self._materials.get(code, code),
            accepts=table.text("accepts", ""),
            copies=table.whole("copies", default=1),
            by_card=table.flag("by_card", default=False),
            e_licence=table.flag("e_licence", default=False),
            reusable=table.flag("reusable", default=False),
            deferrable=table.flag("deferrable", default=False),
            promise=table.flag("promise", default=False),
            when=_read_condition(table.optional_table("when")),
        )
        table.close()
        return need


def _read_limits(table: Table) -> tuple[Limit, Limit, Limit | None]:
    """Legal, promised, and the time in which the citizen hears of acceptance, all in one unit."""
    unit = table.word("unit", get_args(LimitUnit))
    legal, promised = Limit(table.whole("legal"), unit), Limit(table.whole("promised"), unit)
    notify = Limit(table.whole("notify"), unit) if "notify" in table.data else None
    if promised.days > legal.days:
        table.fault("promised", "承诺时限比法定时限长")
    table.close()
    return legal, promised, notify


def _read_handle(table: Table) -> HandleItem:
    effects_table = table.table("effects")
    effects = {
        power: _read_effect(effects_table.table(power)) for power in get_args(Power) if power in effects_table.data
    }
    effects_table.close()
    item = HandleItem(
        window_power=table.word("window_power", get_args(Power)),
        offline_power=table.word("offline_power", get_args(Power)),
        effect_when=table.word("effect_when", get_args(EffectWhen)),
        effects=effects,
        sealed_notice=table.flag("sealed_notice"),
    )
    table.close()
    return item


def _read_effect(table: Table) -> EffectText:
    effect = EffectText(table.text("in_force"), table.text("not_yet", ""))
    table.close()
    return effect
