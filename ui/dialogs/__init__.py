"""Sheets laid over the window: outcomes, matters, keys."""
