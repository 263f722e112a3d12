"""Keeps drafts: every keystroke is on the disk within a second, in order, and a failure is said at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.domain.draft import Draft
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.drafts import save_draft
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels.parts import SaveState

DELAY_MS = 400
"""From the first unsaved keystroke to the write; more keystrokes do not put it off."""

RETRY_MS = 3000


class Autosave(QObject):
    """Writes the newest version of each draft in lane `db`.

    Signals:
        changed: how saving stands, a `SaveState`, with the error if it failed.
    """

    changed = Signal(str, object)

    def __init__(self, desk: Desk, me: SignedIn, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._me = me
        self._tasks = tasks
        self._unsaved: dict[str, Draft] = {}
        self._forgotten: set[str] = set()
        self._writing = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    @property
    def is_clean(self) -> bool:
        """Whether everything is on the disk."""
        return not self._unsaved and not self._writing

    def keep(self, draft: Draft) -> None:
        """Save `draft` soon; it replaces an earlier version that was not written yet."""
        self._forgotten.discard(draft.id)
        self._unsaved[draft.id] = draft
        self._tell("saving")
        if not self._timer.isActive():
            self._timer.start(DELAY_MS)

    def forget(self, draft_id: str) -> None:
        """Do not save this draft any more: it becomes part of an entry, and a late write would bring it back."""
        self._forgotten.add(draft_id)
        self._unsaved.pop(draft_id, None)

    def flush(self) -> None:
        """Write now what is not written yet; what was given to the lane before goes first."""
        self._timer.stop()
        unsaved, self._unsaved = self._unsaved, {}
        for draft in unsaved.values():
            self._write(draft)

    def _write(self, draft: Draft) -> None:
        self._writing += 1
        self._tasks.run(
            lambda: save_draft(self._desk, self._me, draft),
            owner=self,
            on_success=self._saved,
            on_failure=lambda error: self._failed(draft, error),
            lane=DB_LANE,
        )

    def _saved(self, _draft: Draft) -> None:
        self._writing -= 1
        if self.is_clean:
            self._tell("saved")

    def _failed(self, draft: Draft, error: Exception) -> None:
        self._writing -= 1
        if draft.id in self._forgotten:
            return
        self._unsaved.setdefault(draft.id, draft)
        self._tell("failed", error)
        if not self._timer.isActive():
            self._timer.start(RETRY_MS)

    def _tell(self, state: SaveState, error: Exception | None = None) -> None:
        self.changed.emit(state, error)
