"""What a person must look at, read off the GUI thread; a choice is one digit and one entry."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.conflicts import CHOICES
from clerk_app.services.attention import Attention, look_for_attention
from clerk_app.services.conflicts import settle_conflict
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.licences import settle_recheck
from ui.presenters.attention import attention_items, settled_words
from ui.presenters.words import problem_view
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels.attention_state import AttentionItem, AttentionState, ChoiceView
from ui.viewmodels.view_model import Acts, ViewModel


class AttentionModel(ViewModel[AttentionState]):
    """One thing in front at a time.

    Signals:
        settled: a choice is recorded; heading and text to be said.
        emptied: nothing is left to look at.
    """

    settled = Signal(str, str)
    emptied = Signal()

    def __init__(self, desk: Desk, me: SignedIn, tasks: Tasks, acts: Acts, parent: QObject | None = None) -> None:
        super().__init__(AttentionState(), parent)
        self._desk = desk
        self._me = me
        self._tasks = tasks
        self._acts = acts
        self._stream: str | None = None

    def look(self, number: str | None = None) -> None:
        """Look at everything, or at what concerns one case."""
        self.show(AttentionState())
        self._tasks.run(lambda: self._read(number), owner=self, on_success=self._found, on_failure=self._failed)

    def walk(self, step: int) -> None:
        """Bring the next (1) or the one before (-1) to the front."""
        if self.state.items and not self.state.busy:
            self.show(replace(self.state, place=(self.state.place + step) % len(self.state.items), problem=None))

    def choose(self, digit: int, note: str = "") -> None:
        """Record what is chosen for the one in front; a choice that asks for a note needs one."""
        item = self.state.item
        choice = next((view for view in item.choices if view.digit == digit), None) if item else None
        if item is None or choice is None or self.state.busy or (choice.ask_note and not note.strip()):
            return
        self.show(replace(self.state, busy=True, problem=None))
        self._tasks.run(
            lambda: self._settle(item, choice, note),
            owner=self,
            on_success=lambda found: self._chosen(choice, found),
            on_failure=self._failed,
            lane=DB_LANE,
        )

    def _read(self, number: str | None) -> Attention:
        self._stream = self._desk.journal.reads.case_stream(number) if number else None
        return look_for_attention(self._desk, stream=self._stream)

    def _settle(self, item: AttentionItem, choice: ChoiceView, note: str) -> Attention:
        if item.kind == "recheck":
            settle_recheck(self._desk, self._me, item.number, item.key, choice.note or note)
        else:
            word = next(words.choice for words in CHOICES.values() if words.digit == choice.digit)
            settle_conflict(self._desk, self._me, item.stream, item.key, word)
        return look_for_attention(self._desk, stream=self._stream)

    def _chosen(self, choice: ChoiceView, found: Attention) -> None:
        before = self.state.item
        items = attention_items(found)
        # What was only referred to a supervisor stays; the clerk goes on to the next.
        stays = before is not None and any((item.stream, item.key) == (before.stream, before.key) for item in items)
        place = self.state.place + 1 if stays else self.state.place
        self.show(AttentionState(items, place % len(items) if items else 0, loading=False))
        self._acts.done.emit()
        self.settled.emit(*settled_words(choice))
        if not items:
            self.emptied.emit()

    def _found(self, found: Attention) -> None:
        self.show(AttentionState(attention_items(found), loading=False))

    def _failed(self, error: Exception) -> None:
        self.show(replace(self.state, loading=False, busy=False, problem=problem_view(error)))
