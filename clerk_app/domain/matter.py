"""A matter (事项) as a window handles it: who may apply, what is handed in, what is asked, what the window may do.

A matter is data from the catalogue. Every case keeps the code and version under which it was taken in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NewType

from clerk_app.domain.procedure import ProcedureKind
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

FieldType = Literal["text", "date", "choice", "phone", "address", "id"]

SHORT_MATERIALS = 2
SHORT_TYPED_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the answer to field `field` is one of `values`."""

    field: str
    values: tuple[str, ...]

    def holds(self, answers: Mapping[str, str]) -> bool | None:
        """Whether it holds, or None while the question has no answer."""
        answer = answers.get(self.field, "")
        return answer in self.values if answer else None


@dataclass(frozen=True, slots=True)
class Field:
    """One form element. `code` is global (`g.P4.phone`), so that several matters share one answer.

    `choices`: for type `choice` the only good values; for any other type values that are good beside its pattern
    (无手机 for a phone, 长期 for a date). `source` says which lawful source fills it (`card:name`), None: typed.
    `when`: the field is on the form only if the condition holds. `why` is the reason told to who asks.
    """

    code: str
    label: str
    type: FieldType
    required: bool = True
    choices: tuple[str, ...] = ()
    source: str | None = None
    when: Condition | None = None
    why: str = ""
    hint: str = ""
    sensitive: bool = False
    may_be_future: bool = False

    @property
    def card_key(self) -> str | None:
        """The key of the identity document that fills it, if the card is its source."""
        origin, _, key = (self.source or "").partition(":")
        return key if origin == "card" else None


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together on paper, in the order of the paper."""

    code: str
    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class MaterialNeed:
    """A material the matter asks for.

    `by_card`: reading the card satisfies it (免提交). `e_licence`: an electronic licence replaces the paper.
    `reusable`: a copy in the licence library may be used again. `deferrable`: 容缺 allowed. `promise`: 告知承诺
    replaces it. `when`: needed only in that situation; while the question is unanswered it counts as needed, so that
    the citizen hears of everything at once. `accepts` tells which papers are good for it.
    """

    code: str
    name: str
    accepts: str = ""
    copies: int = 1
    by_card: bool = False
    e_licence: bool = False
    reusable: bool = False
    deferrable: bool = False
    promise: bool = False
    when: Condition | None = None

    @property
    def situational(self) -> bool:
        """Whether only some situations need it."""
        return self.when is not None


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

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every element of the form, in the order of the paper."""
        return tuple(field for group in self.groups for field in group.fields)

    @property
    def typed_fields(self) -> tuple[Field, ...]:
        """The elements no source fills."""
        return tuple(field for field in self.fields if field.source is None)

    @property
    def is_short(self) -> bool:
        """Whether the short counter serves it: no situation, at most 2 materials and 8 typed fields."""
        return (
            not any(need.situational for need in self.materials)
            and len(self.materials) <= SHORT_MATERIALS
            and len(self.typed_fields) <= SHORT_TYPED_FIELDS
        )

    def field(self, code: str) -> Field | None:
        """The element with this code, or None."""
        return next((field for field in self.fields if field.code == code), None)

    def material(self, code: str) -> MaterialNeed | None:
        """The need with this material code, or None."""
        return next((need for need in self.materials if need.code == code), None)
