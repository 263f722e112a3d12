"""A matter (事项) as a window handles it: who may apply, what is handed in, what is asked, what the window may do.

A matter is data from the catalogue. Every case keeps the code and version under which it was taken in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NewType

from clerk_app.domain.conditions import Rule
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.fees import Fee
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.situations import Situation
from clerk_app.domain.workdays import Limit

MatterVersion = NewType("MatterVersion", str)
"""The version of the catalogue a matter comes from, e.g. `2026-11-20`."""

Power = Literal["receive", "accept", "complete"]
"""What a window may do, in rising order: 收件, 受理, 当场办结."""

EffectWhen = Literal["on_site", "platform"]
"""Whether the act takes effect at the counter (当场) or on the platform's word (平台确认)."""

Presence = Literal["in_person", "agent_allowed"]
"""本人 or 可代理."""

ExpiredCard = Literal["refuse", "note", "accept"]
"""What an expired document means: no intake, intake with a remark on paper, or nothing."""

MatterKind = Literal["at_once", "promised"]
"""即办件 or 承诺件."""

Channel = Literal["hall", "mobile", "home"]
"""大厅, 流动办事厅, 上门服务."""

Client = Literal["person", "firm"]
"""Whom it serves: 自然人 or 法人 (企业, 个体工商户)."""

Audience = Literal["old", "middle", "young", "women", "children", "disabled"]
"""Groups with a menu of their own: 老, 中, 青, 妇女, 儿童, 残疾人."""

TaskType = Literal["01", "05", "07", "08", "10", "20"]
"""事项类型 of GB/T 39046 annex A: 许可, 给付, 确认, 奖励, 其他, 公共服务."""

TASK_TYPES: Mapping[ProcedureKind, TaskType] = MappingProxyType(
    {"licence": "01", "registration": "07", "payment": "05", "public_service": "20", "filing": "10"}
)
"""The type of a matter that names none."""

SHORT_MATERIALS = 2
SHORT_TYPED_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Produces:
    """What the result of a matter brings: materials of the dictionary and form elements, by code.

    An element that comes with the result is not on the matter's own form: nobody can know it before. In a package
    whoever comes after it need not bring them (由前序事项产生).
    """

    materials: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    @property
    def codes(self) -> frozenset[str]:
        """All of them; no code is that of a material and of an element."""
        return self.materials | self.fields


NOTHING = Produces()


@dataclass(frozen=True, slots=True)
class EffectText:
    """One line each: what is in force once the paper is handed over, and what is not yet.

    `{limit}` and `{due}` stand for the promised limit and its last day.
    """

    in_force: str
    not_yet: str


@dataclass(frozen=True, slots=True)
class HandleItem:
    """What a window may do for the matter with a line and without one, and when that takes effect.

    `sealed_notice`: its acceptance is a sealed 受理通知书; without the seal at hand the window can only receive.
    """

    window_power: Power
    offline_power: Power
    effect_when: EffectWhen
    effects: Mapping[Power, EffectText]
    sealed_notice: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter in one version.

    `legal` and `promised` run from acceptance; `notify` is the time in which the citizen hears whether a received
    application is accepted (None: nothing to wait for but the platform's word). `by_law` is the legal basis cited on
    paper; `implementation_code` the 31-digit 实施编码; `pickup_field` the field that says how the result reaches the
    citizen, if it can be chosen; `document_prefix` begins the 文书编号 with region and department (例州公安). `sample`:
    illustrative data, not a region's own.

    `situations` are its questions in the order of asking; `conditions` the 受理条件; `rules` checks over several
    answers; `site_check`: somebody comes and looks (现场核查); `visits`: how often the citizen has to come; `where` and
    `phone` are for questions; `phase` is the stage of the undertaking it belongs to, empty if none. `used_by` names the
    departments (short) that need a material or an element, by code: of a matter none, for there it is always its own.
    """

    code: str
    version: MatterVersion
    name: str
    aliases: tuple[str, ...]
    implementation_code: str
    department: str
    department_short: str
    document_prefix: str
    procedure: ProcedureKind
    by_law: str
    kind: MatterKind
    legal: Limit
    promised: Limit
    notify: Limit | None
    presence: Presence
    expired_card: ExpiredCard
    channels: tuple[Channel, ...]
    handle: HandleItem
    materials: tuple[MaterialNeed, ...]
    groups: tuple[FieldGroup, ...]
    result: str
    pickup_field: str | None
    sample: bool
    task_type: TaskType = "20"
    client: Client = "person"
    audiences: tuple[Audience, ...] = ()
    situations: tuple[Situation, ...] = ()
    produces: Produces = NOTHING
    site_check: bool = False
    visits: int = 1
    fees: tuple[Fee, ...] = ()
    conditions: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    where: str = ""
    phone: str = ""
    phase: str = ""
    used_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every element of the form, in the order of the paper."""
        return tuple(field for group in self.groups for field in group.fields)

    @property
    def typed_fields(self) -> tuple[Field, ...]:
        """The elements no source fills."""
        return tuple(field for field in self.fields if not field.sources)

    @property
    def is_short(self) -> bool:
        """Whether the short counter serves it: no situation, at most 2 materials and 8 typed fields."""
        return (
            not self.situations
            and not any(need.situational for need in self.materials)
            and len(self.materials) <= SHORT_MATERIALS
            and len(self.typed_fields) <= SHORT_TYPED_FIELDS
        )

    def field(self, code: str) -> Field | None:
        """The element with this code, or None."""
        return next((field for field in self.fields if field.code == code), None)

    def material(self, code: str) -> MaterialNeed | None:
        """The need with this material code, or None."""
        return next((need for need in self.materials if need.code == code), None)
