"""The window as a program: first its name, at once the page that takes keys, then everything else.

Nothing that the first paint does not need is imported before it (decision 0010): the sign-in page follows it without
a pause, the desk's pages load in a worker while the clerk types the password, the store and its libraries with the
first try.
"""

from __future__ import annotations

import importlib
import logging
import signal
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from ui.collector import GuiCollector
from ui.look import new_application
from ui.main_window import MainWindow

if TYPE_CHECKING:
    from clerk_app.services.workplace import Workplace
    from ui.desk_models import DeskModels
    from ui.desk_view import DeskView
    from ui.idle import IdleWatch
    from ui.tasks import TaskRunner
    from ui.viewmodels.sign_in_model import OpenDesk, SignInModel

logger = logging.getLogger(__name__)

BREATH_MS = 40
"""After the first paint the keys already typed come first, then the libraries."""
SIGNAL_TICK_MS = 500
"""Python sees an interrupt only when it runs; a window that waits for a password would not."""

_LATER = ("ui.desk_view", "ui.desk_models")


class WindowProgram(QObject):
    """Joins the window with its workplace, from the first paint to the last entry.

    `tasks` and `sign_in` are there from the first paint on, `models`, `view` and `idle` once somebody is signed in.
    """

    tasks: TaskRunner
    sign_in: SignInModel

    def __init__(self, workplace: Workplace, *, mark: str) -> None:
        super().__init__()
        self._workplace = workplace
        self._mark = mark
        self.window = MainWindow()
        self.is_furnished = False
        self.models: DeskModels | None = None
        self.view: DeskView | None = None
        self.idle: IdleWatch | None = None
        self._closing = False
        self.window.close_asked.connect(self.close)

    def begin(self, signed_in: tuple[str, str, bool] | None) -> None:
        """Show the window; sign in at once if somebody has given the password already.

        The sign-in page is built in the very turn that follows the first paint: keys typed meanwhile wait in the
        system's queue and reach its field. Libraries are loaded after that: a worker that imports holds the
        interpreter, and the paint waits.
        """
        self.window.first_painted.connect(lambda: self._go_on(signed_in))
        self.window.show()

    def end(self) -> None:
        """Wait for what still runs in a lane; nothing is started after that."""
        if self.is_furnished:
            self.tasks.shutdown()

    def _go_on(self, signed_in: tuple[str, str, bool] | None) -> None:
        if self._closing:
            return
        self._furnish()
        QTimer.singleShot(BREATH_MS, self, self._load_the_rest)
        if signed_in is not None:
            number, password, seal = signed_in
            self.sign_in.sign_in(number, password, seal_at_hand=seal)
        else:
            QTimer.singleShot(BREATH_MS, self, self.sign_in.begin)

    def _furnish(self) -> None:
        from clerk_app.seams import SystemClock
        from ui.pages.sign_in import SignInPage
        from ui.tasks import TaskRunner
        from ui.viewmodels.sign_in_model import SignInModel

        self.tasks = TaskRunner(self)
        self.sign_in = SignInModel(self._workplace, self.tasks, SystemClock(), mark=self._mark, parent=self)
        self.sign_in.signed_in.connect(self._signed_in)
        self.window.begin_with(SignInPage(self.sign_in))
        self.is_furnished = True

    def close(self) -> None:
        """Put the desk away: save, end the session, let go of the folder; then the window closes."""
        if self._closing:
            return
        self._closing = True
        if self.models is None or self.view is None:
            self._put_away(None)
            return
        from ui.tasks import DB_LANE

        self.models.end()
        self.view.close()
        opened = self.models.opened
        self.tasks.run(
            lambda: _end_session(self._workplace, opened),
            owner=self,
            on_success=self._put_away,
            on_failure=self._not_put_away,
            lane=DB_LANE,
        )

    def report(self, error: Exception) -> None:
        """Say in one sentence that something went wrong in the window itself; the log has the rest."""
        from ui.presenters.words import problem_view

        if self.view is None:
            if self.is_furnished:
                self.sign_in.report(error)
            return
        words = problem_view(error)
        self.view.shell.say(words.sentence, words.next_step)

    def _load_the_rest(self) -> None:
        self.tasks.run(_import_the_rest, owner=self, on_success=_nothing, on_failure=self.report)

    def _signed_in(self, opened: OpenDesk) -> None:
        from ui.desk_models import make_desk_models
        from ui.desk_view import DeskView
        from ui.idle import IdleWatch

        self.models = make_desk_models(opened, self._workplace, self.tasks, self)
        self.view = DeskView(self.models, self.window.stack, self)
        self.window.hand_keys_to(self.view.run)
        handle = self.window.windowHandle()
        assert handle is not None
        self.idle = IdleWatch(handle, opened.settings.security.idle_lock_minutes, self)
        self.idle.left_alone.connect(self._left_alone)
        self.models.begin()
        if opened.recovered is not None:
            from ui.presenters.recovery import recovered_words

            self.view.shell.say(*recovered_words(opened.recovered))
        self._warm_up(opened)

    def _left_alone(self) -> None:
        if self.view is not None:
            self.view.lock_desk("idle")

    def _warm_up(self, opened: OpenDesk) -> None:
        """Load what the first paper and the first rare name need, before anybody waits for it."""
        from ui.fonts import load_rare_fonts

        QTimer.singleShot(0, self, load_rare_fonts)
        renderer = opened.desk.renderer
        self.tasks.run(lambda: renderer.missing_glyphs("例"), owner=self, on_success=_nothing, on_failure=_not_warmed)

    def _not_put_away(self, error: Exception) -> None:
        # What was acknowledged is durable; the session simply has no last entry.
        logger.error("the session could not be ended", exc_info=error)
        self._put_away(None)

    def _put_away(self, _done: None) -> None:
        self.window.let_go()
        QApplication.quit()


def run_window(workplace: Workplace, *, mark: str, signed_in: tuple[str, str, bool] | None = None) -> int:
    """Open the window and run until it is closed; return the exit code.

    `mark` is 演示, 练习 or empty; `signed_in` holds clerk, password and whether the seal is at hand. An application
    that exists already is taken as it is, dressed (`ui.look`).
    """
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else new_application(sys.argv[0])
    app.setQuitOnLastWindowClosed(False)
    program = WindowProgram(workplace, mark=mark)
    collector = GuiCollector(program)
    collector.begin()
    sys.excepthook = _reporting_to(program)
    ticks = _close_on_interrupt(program)
    program.begin(signed_in)
    try:
        return app.exec()
    finally:
        ticks.stop()
        collector.end()
        program.end()
        workplace.close()
        sys.excepthook = sys.__excepthook__


def _end_session(workplace: Workplace, opened: OpenDesk) -> None:
    from clerk_app.services.sign_in import sign_out

    try:
        sign_out(opened.desk, opened.me)
    finally:
        workplace.close()


def _reporting_to(
    program: WindowProgram,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            program.report(error.with_traceback(trace))
        else:
            program.close()

    return report


def _close_on_interrupt(program: WindowProgram) -> QTimer:
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda _number, _frame: program.close())
    ticks = QTimer(program)
    ticks.timeout.connect(_nothing)
    ticks.start(SIGNAL_TICK_MS)
    return ticks


def _import_the_rest() -> None:
    for name in _LATER:
        importlib.import_module(name)


def _nothing(_what: object = None) -> None:
    pass


def _not_warmed(error: Exception) -> None:
    logger.warning("the fonts of papers could not be loaded yet", exc_info=error)
