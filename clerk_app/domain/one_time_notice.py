"""What a one-time notice (一次性告知书) shows, as plain data: the domain decides the words, the paper sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OneTimeKind = Literal["one_time_notice", "one_time_notice_large"]
"""In the type of every paper, or in large print (大字版) for whoever reads with difficulty."""

TITLE = "一次性告知书"


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One entry of a list. `number` counts through the whole paper, empty for none; `tick`: with a box to tick.

    `how` is a few words that stand on the line of the name (看原件 · 复印件 1 份); `lines` are whole sentences.
    """

    name: str
    lines: tuple[str, ...] = ()
    number: str = ""
    how: str = ""
    tick: bool = False


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A part of the paper: its heading, sentences, entries, and rows of a table of `head` (both may be empty)."""

    heading: str
    sentences: tuple[str, ...] = ()
    items: tuple[NoticeItem, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class OneTimeNotice:
    """Everything the paper shows. All texts are final Chinese; it names no applicant.

    `number_text` is the number in groups; `facts` are label and value of the head table; `opening` says what to do with
    the paper. `copy_label`, `mark`, `heading`, `digest` and `footer` as on every notice.
    """

    kind: OneTimeKind
    number: str
    number_text: str
    digest: str
    progress_url: str
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    parts: tuple[NoticePart, ...]
    closing: tuple[str, ...]
    legal_basis: str
    signatures: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]
    footer: tuple[str, ...]
    mark: str = ""
    copy_label: str = ""
    heading: str = ""
    title: str = TITLE
    number_name: str = "告知书编号"
    document_number: str = ""
    seal: str = ""
    caption: str = "扫码核对"
