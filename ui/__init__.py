"""The window: PySide6 Widgets over view-models. The only package that imports Qt."""
