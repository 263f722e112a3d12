"""The small frozen values that pages and components are rendered from. No Qt, no logic beyond derived facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.tokens import Tone
from ui.viewmodels.basic import Choice

EditorKind = Literal["text", "number", "date", "choice", "phone", "address", "id", "credit_code", "table", "file"]
StepState = Literal["done", "current", "ahead"]
SaveState = Literal["none", "saving", "saved", "failed"]


@dataclass(frozen=True, slots=True)
class ChipView:
    """A word with a tone."""

    text: str
    tone: Tone = Tone.NEUTRAL


NO_CHIP = ChipView("")
"""Nothing to say."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A form element as it is shown.

    `fixed`: filled by a source and not for typing. `mark` and `mark_meaning`: 身 and what it means. `choices` of a
    phone hold the one answer that is no number (无手机). `columns` are those of a table, by their keys.
    `changed`: typed over the word of a source.
    """

    code: str
    label: str
    editor: EditorKind = "text"
    value: str = ""
    mark: str = ""
    mark_meaning: str = ""
    fixed: bool = False
    optional: bool = False
    choices: tuple[Choice, ...] = ()
    placeholder: str = ""
    error: str = ""
    note: str = ""
    columns: tuple[FieldView, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class FactView:
    """An element that a source has filled and nobody types; `code` is that of the element, to change it."""

    label: str
    value: str
    mark: str
    mark_meaning: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the form with its heading, in the order of the paper: what is filled, then what is typed."""

    heading: str
    note: str
    fields: tuple[FieldView, ...] = ()
    facts: tuple[FactView, ...] = ()


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a visit."""

    key: str
    label: str
    state: StepState


@dataclass(frozen=True, slots=True)
class MissingView:
    """One thing still to do; `anchor` is where to jump."""

    anchor: str
    label: str
    note: str = ""
    chip: ChipView | None = None


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A material: what it is, how it stands, and the states the clerk may lawfully choose."""

    code: str
    name: str
    note: str
    chip: ChipView
    state: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionView:
    """The primary action of a page. `busy`: it is being done, and what is being done."""

    label: str
    enabled: bool = True
    busy: str = ""


NO_ACTION = ActionView("", enabled=False)
"""Nothing to do."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A label and a value, as in a summary."""

    label: str
    value: str
    mark: str = ""
