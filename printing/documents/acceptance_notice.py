"""受理通知书: the act and its effect come first, the materials it rests on after (行政许可法 art. 32)."""

from __future__ import annotations

from clerk_app.domain.notices import Notice
from printing.documents.frame import Sheaf, compose
from printing.page import Page
from printing.typeset import Typesetter


def lay_out(notice: Notice, setter: Typesetter) -> list[Page]:
    """The pages of an acceptance notice."""
    return compose(notice, setter, _body)


def _body(sheaf: Sheaf) -> None:
    sheaf.facts()
    sheaf.paragraphs()
    sheaf.effect()
    sheaf.children("各事项")
    sheaf.materials("材料清单")
    sheaf.remarks()
    sheaf.closing()
