"""One matter from its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from clerk_app.catalogue.checks import check_matter
from clerk_app.catalogue.read_conditions import read_condition, read_rules
from clerk_app.catalogue.read_dictionaries import Edition
from clerk_app.catalogue.read_form import read_group_uses
from clerk_app.catalogue.tables import Table
from clerk_app.domain.elements import FieldGroup
from clerk_app.domain.fees import Fee
from clerk_app.domain.matter import (
    NOTHING,
    TASK_TYPES,
    Audience,
    Channel,
    Client,
    EffectText,
    EffectWhen,
    ExpiredCard,
    HandleItem,
    Matter,
    MatterKind,
    Power,
    Presence,
    Produces,
    TaskType,
)
from clerk_app.domain.needs import DEFER_DAYS, LicenceUse, Material, MaterialNeed, OriginalNeed
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.situations import Situation
from clerk_app.domain.workdays import Limit, LimitUnit

_FIRM_LETTER = "B"
_PARTLY: tuple[Literal["partly"], ...] = ("partly",)


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """What the files of matters and packages refer to, by code."""

    edition: Edition
    materials: dict[str, Material]
    groups: dict[str, FieldGroup]
    situations: dict[str, Situation]
    elements: frozenset[str]


def read_matter(table: Table, known: Dictionaries) -> Matter:
    """One matter, its faults noted. Only a well-formed one is looked at as a whole."""
    faults_before = len(table.file.faults.found)
    matter = build_matter(table, known)
    if len(table.file.faults.found) == faults_before:
        check_matter(matter, table)
    return matter


def build_matter(table: Table, known: Dictionaries) -> Matter:
    """One matter, not looked at as a whole: of a catalogue that was found sound before there is no need to."""
    legal, promised, notify = _read_limits(table.table("limits"))
    department_short = table.text("department_short")
    produces = _read_produces(table.optional_table("produces"), known)
    code, procedure = table.text("code"), table.word("procedure", get_args(ProcedureKind))
    matter = Matter(
        code=code,
        version=known.edition.version,
        name=table.text("name"),
        aliases=table.texts("aliases", default=()),
        implementation_code=table.text("implementation_code"),
        department=table.text("department"),
        department_short=department_short,
        document_prefix=known.edition.region_short + department_short,
        procedure=procedure,
        by_law=table.text("by_law"),
        kind=table.word("kind", get_args(MatterKind)),
        legal=legal,
        promised=promised,
        notify=notify,
        presence=table.word("presence", get_args(Presence)),
        expired_card=table.word("expired_card", get_args(ExpiredCard)),
        channels=table.words("channels", get_args(Channel)),
        handle=_read_handle(table.table("handle")),
        materials=tuple(_read_need(row, known) for row in table.tables("materials", optional=True)),
        groups=read_group_uses(table, known.groups, produces.fields),
        result=table.text("result"),
        pickup_field=table.optional_text("pickup_field"),
        sample=known.edition.sample,
        task_type=table.word("type", get_args(TaskType), default=TASK_TYPES[procedure]),
        client=table.word("client", get_args(Client), default="firm" if code.startswith(_FIRM_LETTER) else "person"),
        audiences=table.words("audiences", get_args(Audience), optional=True),
        situations=read_situation_codes(table, known.situations),
        produces=produces,
        site_check=table.flag("site_check", default=False),
        visits=table.whole("visits", default=1),
        fees=tuple(_read_fee(row) for row in table.tables("fees", optional=True)),
        conditions=table.texts("conditions", default=()),
        rules=read_rules(table),
        where=table.text("where", ""),
        phone=table.text("phone", ""),
        phase=table.text("phase", ""),
    )
    table.close()
    return matter


def read_situation_codes(table: Table, situations: dict[str, Situation]) -> tuple[Situation, ...]:
    """The `situations` a matter or a package asks, in its order."""
    codes = table.texts("situations", default=())
    for code in codes:
        if code not in situations:
            table.fault("situations", f"没有情形 {code}")
    return tuple(situations[code] for code in codes if code in situations)


def _read_need(table: Table, known: Dictionaries) -> MaterialNeed:
    code = table.text("code")
    material = known.materials.get(code)
    if material is None:
        table.fault("code", f"材料字典里没有 {code}")
    need = MaterialNeed(
        code=code,
        name=table.optional_text("name") or (material.name if material else code),
        accepts=table.text("accepts", ""),
        copies=table.whole("copies", default=1),
        by_card=table.flag("by_card", default=False),
        e_licence=_read_licence_use(table),
        reusable=table.flag("reusable", default=False),
        deferrable=table.flag("deferrable", default=False),
        promise=table.flag("promise", default=False),
        when=read_condition(table.optional_table("when")),
        original=table.word("original", get_args(OriginalNeed), default=material.original if material else "seen"),
        paper_required=table.flag("paper_required", default=False),
        defer_days=table.whole("defer_days", default=DEFER_DAYS),
        required=table.flag("required", default=True),
        material=material,
    )
    table.close()
    return need


def _read_licence_use(table: Table) -> LicenceUse:
    if isinstance(table.data.get("e_licence"), str):
        return table.word("e_licence", _PARTLY)
    return table.flag("e_licence", default=False)


def _read_produces(table: Table | None, known: Dictionaries) -> Produces:
    if table is None:
        return NOTHING
    produces = Produces(frozenset(table.texts("materials", default=())), frozenset(table.texts("fields", default=())))
    table.close()
    for code in sorted(produces.materials - known.materials.keys()):
        table.fault("materials", f"材料字典里没有 {code}")
    for code in sorted(produces.fields - known.elements):
        table.fault("fields", f"没有要素 {code}")
    return produces


def _read_fee(table: Table) -> Fee:
    fee = Fee(
        table.text("name"),
        table.decimal("amount"),
        table.text("basis"),
        table.flag("reducible", default=False),
    )
    table.close()
    return fee


def _read_limits(table: Table) -> tuple[Limit, Limit, Limit | None]:
    """Legal, promised, and the time in which the citizen hears of acceptance, all in one unit."""
    unit = table.word("unit", get_args(LimitUnit))
    legal, promised = Limit(table.whole("legal"), unit), Limit(table.whole("promised"), unit)
    notify = Limit(table.whole("notify"), unit) if "notify" in table.data else None
    if table.is_sound("legal", "promised") and promised.days > legal.days:
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
