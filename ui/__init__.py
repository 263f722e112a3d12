"""The window: PySide6 Widgets over view-models. The only package that imports Qt."""

from ui.features import settle_features

settle_features()  # before any other module of this package is imported
