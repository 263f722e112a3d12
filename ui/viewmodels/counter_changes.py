"""Changing what a source filled: one value at a time, with its reason, and taken back as easily."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from clerk_app.domain.changes import changed, fixed_by, taken_back
from clerk_app.domain.draft import Draft
from clerk_app.errors import BadAnswer, ClerkError, UnlawfulStep
from clerk_app.services.drafts import answer_consent
from ui.presenters.form import change_view
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.viewmodels import visit_work
from ui.viewmodels.counter_library import CounterLibrary
from ui.viewmodels.counter_state import ChangeView

Faults = Mapping[str, str]
"""What is wrong with what was typed: `value` or `reason`; nothing where it is done."""


class CounterChanges(CounterLibrary):
    """The acts that overrule a source."""

    def to_change(self, code: str) -> ChangeView | None:
        """The filled value of this element; None, and the clerk is told why, where it is not to be changed."""
        work = self._facts.visit.work
        field = work.matter.field(code) if work is not None else None
        given = work.draft.values.get(code) if work is not None else None
        if work is None or field is None or given is None or not (given.is_lawful or given.is_changed):
            self._set(problem=note_view(say("这里没有自动填的内容。"), say("按 Ctrl+E 走到自动填的那几行。")))
            return None
        if (fixed := fixed_by(field, given, work.draft)) and not given.is_changed:
            self._set(problem=problem_view(UnlawfulStep(reason=f"fixed_by_{fixed}")))
            return None
        return change_view(field, given)

    def change(self, code: str, text: str, reason: str) -> Faults:
        """Write `text` over what the source said; what is wrong with it, empty if it is done."""
        work, now = self._facts.visit.work, self.desk.clock.now_ms()
        if work is None:
            return {}
        return self._changed(lambda: changed(work.draft, work.matter, code, text, reason, now))

    def take_back(self, code: str) -> None:
        """Put back what the source said."""
        work, now = self._facts.visit.work, self.desk.clock.now_ms()
        if work is not None:
            self._changed(lambda: taken_back(work.draft, work.matter, code, now))

    def answer_consent(self, *, given: bool) -> None:
        """Keep what the person said about sensitive answers of an earlier visit; with a yes they stand again."""
        work = self._facts.visit.work
        if work is not None and self._begin("opening"):
            self._run(lambda: answer_consent(self.desk, self.me, work.draft, given=given), self._consented)

    def _consented(self, saved: Draft) -> None:
        work = self._facts.visit.work
        if work is None or work.draft.id != saved.id:
            self._set(act="")
            return
        # What was typed meanwhile stays.
        draft = replace(work.draft, consent=saved.consent, values={**saved.values, **work.draft.values})
        again = visit_work.prepared(self.desk, draft)
        self._autosave.keep(again.draft)
        self._set(act="", visit=self._facts.visit.with_work(again))

    def _changed(self, act: Callable[[], Draft]) -> Faults:
        if self._facts.act in ("taking_in", "ending"):
            return {}
        try:
            draft = act()
        except BadAnswer as error:
            return {"value": str(error.data["fault"])}
        except ClerkError as error:
            problem = problem_view(error)
            if error.data.get("reason") == "change_without_reason":
                return {"reason": problem.sentence}
            self._set(problem=problem)
        else:
            self._keep(draft)
        return {}
