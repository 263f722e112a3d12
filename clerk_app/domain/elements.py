"""Form elements (表单要素) and their groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from clerk_app.domain.conditions import Condition, Rule
from clerk_app.domain.sources import APPLICANT, Source

FieldType = Literal["text", "number", "date", "choice", "table", "address", "id", "phone", "credit_code", "file"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table element; `key` is its name in the rows."""

    key: str
    label: str
    type: FieldType
    required: bool = True
    choices: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One form element. `code` is global (`g.P4.phone`), so that several matters share one answer.

    `choices`: for type `choice` the only good values; for any other type values that are good beside its pattern
    (无手机 for a phone, 长期 for a date). `sources`: the lawful sources that fill it, the best first; none: typed.
    `when`: the field is on the form only if the condition holds, that of its group included. `why` is the reason told
    to who asks. `unit`, `at_least` and `at_most` belong to numbers, `columns` and `min_rows` to tables.
    `earlier`: what the same person answered at an earlier visit may stand here again, to be looked at. `position` is
    its place in its group.
    """

    code: str
    label: str
    type: FieldType
    required: bool = True
    choices: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    when: Condition | None = None
    why: str = ""
    hint: str = ""
    sensitive: bool = False
    earlier: bool = False
    may_be_future: bool = False
    unit: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    columns: tuple[Column, ...] = ()
    min_rows: int = 0
    position: int = 0

    @property
    def count(self) -> int:
        """Data elements in it: one, or of a table one a column, however many rows it has."""
        return len(self.columns) or 1

    @property
    def sourced(self) -> int:
        """Data elements in it that have a source: one, or of a table its columns that have one."""
        if not self.columns:
            return 1 if self.sources else 0
        return sum(bool(column.sources) for column in self.columns)

    @property
    def is_computed(self) -> bool:
        """Whether other answers can fill it."""
        return any(source.origin == "computed" for source in self.sources)

    @property
    def card_key(self) -> str | None:
        """The key of the applicant's identity document that fills it, if that is a source."""
        keys = (source.key for source in self.sources if source.origin == "card" and source.of == APPLICANT)
        return next(keys, None)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together on paper, in the order of the paper.

    `position` is its place in the dictionary of groups: the order of groups in a form made of several matters. `when`
    is the condition under which a matter takes the group at all; each of its fields carries it too. What follows from
    these is kept with it: the `codes` of its fields, and whether one of them hangs on more than the group
    (`has_conditions`).
    """

    code: str
    name: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    when: Condition | None = None
    position: int = 0
    codes: tuple[str, ...] = field(init=False, compare=False, repr=False)
    has_conditions: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple([one.code for one in self.fields]))
        object.__setattr__(self, "has_conditions", any(one.when not in (None, self.when) for one in self.fields))
