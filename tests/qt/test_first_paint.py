from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "sqlalchemy",
    "sqlcipher3",
    "cryptography",
    "reportlab",
    "pydantic",
    "httpx2",
    "serial",
    "zstandard",
    "segno",
    "pypinyin",
    "openpyxl",
)


def imported_by(statement):
    program = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


def test_the_first_paint_waits_for_no_library_of_store_paper_or_line():
    assert imported_by("import ui.app") & set(HEAVY) == set()


def test_the_first_paint_waits_for_no_page_and_no_lane():
    behind = ("ui.pages", "ui.dialogs", "ui.components", "ui.viewmodels", "ui.tasks", "ui.keys")
    assert {name for name in imported_by("import ui.app") if name.startswith(behind)} == set()


def test_the_sign_in_page_waits_for_no_page_behind_it():
    modules = imported_by("import ui.app, ui.pages.sign_in, ui.viewmodels.sign_in_model, ui.tasks")
    pages = {name for name in modules if name.startswith(("ui.pages.", "ui.dialogs."))}
    assert pages == {"ui.pages.page", "ui.pages.sign_in"}


def test_the_rest_of_the_window_waits_for_no_library_of_the_store():
    assert imported_by("import ui.app, ui.desk_view, ui.desk_models") & set(HEAVY) <= {"segno"}
