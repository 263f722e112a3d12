"""Other people's cards at the counter: a card read while a form is at hand may be anybody's the form asks for.

Nothing is filled before the clerk has said whose it is, and nothing of it is kept if the clerk says it is nobody's.
"""

from __future__ import annotations

from clerk_app.domain.applicant import ReadSource
from clerk_app.domain.filling import ReadDocument
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.sources import APPLICANT
from clerk_app.errors import ClerkError
from clerk_app.services.drafts import with_document
from ui.presenters.others import roles_wanted
from ui.presenters.words import problem_view
from ui.viewmodels import visit_work
from ui.viewmodels.counter_reception import CounterReception

_AT_A_FORM = ("situations", "materials", "form", "check")


class CounterOthers(CounterReception):
    """Asks whose card it is where a form could use another person's."""

    def read_for(self, role: str) -> None:
        """Take the card that was read as that of `role`; `applicant`: the person of this visit, read again."""
        read, work = self._facts.other, self._facts.visit.work
        if read is None:
            return
        self._set(other=None)
        if role == APPLICANT:
            super()._meet(read.document, read.read_by)
        elif work is not None:
            try:
                draft = with_document(self.desk, work.draft, role, read.document, source=read.read_by)
            except ClerkError as error:
                self._set(problem=problem_view(error))
            else:
                changed = visit_work.prepared(self.desk, draft)
                self._autosave.keep(changed.draft)
                self._set(visit=self._facts.visit.with_work(changed), problem=None)

    def read_for_nobody(self) -> None:
        """Forget the card that was read."""
        if self._facts.other is not None:
            self._set(other=None)

    def _meet(self, document: IdentityDocument, read_by: ReadSource) -> None:
        visit = self._facts.visit
        work = visit.work
        if work is None or visit.stage not in _AT_A_FORM or not roles_wanted(work):
            super()._meet(document, read_by)
            return
        self._set(other=ReadDocument(document, read_by), problem=None)
