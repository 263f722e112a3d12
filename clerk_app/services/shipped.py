"""What comes with the program, for whoever shows it without a store: its sample catalogue and its calendar."""

from __future__ import annotations

from functools import cache

from clerk_app.catalogue.calendar import load_calendar
from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain.workdays import Calendar


@cache
def shipped_catalogue() -> Catalogue:
    """The sample catalogue (示例数据), read once: some 140 files that do not change while the program runs."""
    return load_catalogue()


@cache
def shipped_calendar() -> Calendar:
    """The official working days, read once."""
    return load_calendar()
