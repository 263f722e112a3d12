"""Dynamic properties: changing one must polish the widget again, or the stylesheet keeps the old look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set the stylesheet property `name` to `value` and restyle, only if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def set_flag(widget: QWidget, name: str, *, on: bool) -> None:
    """`set_look` for a yes or no."""
    set_look(widget, name, "true" if on else "false")
