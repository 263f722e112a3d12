"""Roles that our delegates read beside Qt's own."""

from __future__ import annotations

from PySide6.QtCore import Qt

CHIP_ROLE = Qt.ItemDataRole.UserRole + 1
"""A `ChipView`, for cells that show a chip."""

PART_ROLE = Qt.ItemDataRole.UserRole + 2
"""How much of the time is used, 0 to 1, for cells that show a bar."""

KEY_ROLE = Qt.ItemDataRole.UserRole + 3
"""What identifies the row: a case number, a matter code."""

NOTE_ROLE = Qt.ItemDataRole.UserRole + 4
"""A second, smaller line."""

WORD_ROLE = Qt.ItemDataRole.UserRole + 6
"""A word beside the name, as a chip."""

HEADING_ROLE = Qt.ItemDataRole.UserRole + 7
"""The name of the group that begins with this row; empty inside one."""

KIND_ROLE = Qt.ItemDataRole.UserRole + 5
"""What kind of thing the row is."""
