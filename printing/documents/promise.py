"""容缺受理承诺书 and 告知承诺书: what the applicant promises, above the papers it is about. Also 办不成事登记表."""

from __future__ import annotations

from clerk_app.domain.notices import Notice
from printing.documents.frame import Sheaf, compose
from printing.page import Page
from printing.typeset import Typesetter


def lay_out(notice: Notice, setter: Typesetter) -> list[Page]:
    """The pages of a promise."""
    return compose(notice, setter, _body)


def _body(sheaf: Sheaf) -> None:
    sheaf.facts()
    sheaf.paragraphs()
    sheaf.materials("所涉材料")
    sheaf.closing()
