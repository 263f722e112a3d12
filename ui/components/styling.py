"""Looks that change: a dynamic property must be polished again, or the stylesheet keeps the old look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

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


def set_seen(part: QWidget, *, seen: bool) -> None:
    """Show or hide a part of a page.

    A widget that is shown before it has a parent opens as a window of its own for a moment and takes the keys; such a
    one is only marked to be seen once its page is.
    """
    if seen and part.parentWidget() is None:
        part.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, on=False)
    else:
        part.setVisible(seen)
