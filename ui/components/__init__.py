"""Widgets of our own, each one thing: shown from plain values, telling what the clerk did by signals."""
