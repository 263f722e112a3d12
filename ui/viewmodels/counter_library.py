"""What the licence library fills at the counter: asked beside the work, one thing after another, never waited for."""

from __future__ import annotations

import logging
from typing import Any

from clerk_app.domain.draft import Draft
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.prefill import Wanted
from clerk_app.services.licences import look_up, prefill_question, with_prefill
from ui.presenters.counter_facts import Preparing
from ui.tasks import LICENCE_LANE
from ui.viewmodels import visit_work
from ui.viewmodels.counter_others import CounterOthers

logger = logging.getLogger(__name__)


class CounterLibrary(CounterOthers):
    """Fills the form at hand from electronic licences, whatever has just changed it."""

    _looked_at: Draft | None = None
    _asked: frozenset[tuple[str, Wanted]] = frozenset()
    _asking: str = ""

    def _set(self, **changes: Any) -> None:
        super()._set(**changes)
        work = self._facts.visit.work
        draft = work.draft if work is not None else None
        if draft is not self._looked_at:
            self._looked_at = draft
            if work is not None:
                self._ask_what_fills(work)

    def _ask_what_fills(self, work: Preparing) -> None:
        """Ask the next question about this form; the answer changes the form, and so leads to the one after it."""
        draft = work.draft
        if self._asking or not self.desk.is_online():
            return
        asked = {wanted for known, wanted in self._asked if known == draft.id}
        found = prefill_question(self.desk, self.me, draft, work.matter, asked)
        if found is None:
            return
        wanted, question = found
        self._asking = draft.id
        self._tasks.run(
            lambda: look_up(self.desk, question),
            owner=self,
            on_success=lambda finding: self._fill(draft.id, wanted, finding),
            on_failure=self._not_asked,
            lane=LICENCE_LANE,
        )

    def _fill(self, draft_id: str, wanted: Wanted, finding: LicenceFinding) -> None:
        self._asking = ""
        work = self._facts.visit.work
        if work is None or self._facts.act in ("taking_in", "ending"):
            return
        if finding.state == "unavailable":
            return  # The line is gone: asked again with the next change of the form.
        self._asked |= {(draft_id, wanted)}
        if work.draft.id == draft_id:
            draft = with_prefill(self.desk, work.draft, work.matter, wanted, finding)
            if draft is not work.draft:
                # What the clerk is being told stays in view: nobody pressed a key.
                changed = visit_work.prepared(self.desk, draft)
                self._autosave.keep(changed.draft)
                self._set(visit=self._facts.visit.with_work(changed))
                return
        self._ask_what_fills(work)

    def _not_asked(self, error: Exception) -> None:
        self._asking = ""
        logger.warning("the licence library was not asked", exc_info=error)
