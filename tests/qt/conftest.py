from __future__ import annotations

import os

import pytest

# The whole suite runs without a screen; a developer may ask for another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp):
    """The application as the clerk sees it."""
    from ui import fonts
    from ui.look import dress

    dress(qapp)
    fonts.load_rare_fonts()
    return qapp


@pytest.fixture
def gui_never_waits():
    """Whatever the test does on this thread may not wait."""
    from ui import guard

    with guard.watch():
        yield


@pytest.fixture
def qtbot(qtbot):
    """pytest-qt's, but a window lives as long as the test: one collected while it paints would end the process."""
    held = []
    add = qtbot.addWidget

    def add_and_hold(widget, **options):
        held.append(widget)
        add(widget, **options)

    qtbot.addWidget = add_and_hold
    return qtbot


@pytest.fixture(autouse=True)
def no_window_is_left(qapp):
    """A window left open by one test would take the focus of the next."""
    yield
    for window in qapp.topLevelWidgets():
        window.close()
        window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def place(tmp_path):
    """A workplace over a real practice store, with scripted devices."""
    from tests.helpers.workplace import ScriptedWorkplace

    made = ScriptedWorkplace(tmp_path / "data").create()
    yield made
    made.close()
