"""PySide's `__feature__` switches: none is used here, and PySide is told so.

After every import PySide opens the source of the new module and looks whether it uses PySide at all (the module
`shibokensupport.feature`, function `_mod_uses_pyside`). For the seventy modules of a start these are some twenty
milliseconds before the first paint, for an answer that the module's name gives.
"""

from __future__ import annotations

import sys
from types import ModuleType

import PySide6.QtCore  # noqa: F401 - brings the module that asks


def settle_features() -> None:
    """Answer PySide's question by the name of a module; where PySide does not ask it, nothing is changed."""
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        setattr(feature, "_mod_uses_pyside", _is_of_the_window)  # noqa: B010 - no stub names it


def _is_of_the_window(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] in ("ui", "PySide6")
