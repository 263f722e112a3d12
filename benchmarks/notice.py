"""Setting a notice against a bare reportlab page: `benchmarks.paper` measures, this says it beside the others."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.report import Section, compare

NAME = "notice"
TITLE = "A notice"
