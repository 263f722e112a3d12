"""States the pages render, and the view-models that make them. No widget, no store, no wire."""
