"""What a run of the benchmarks says: ratios with their aims, what could not run, and what stands beside them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Samples = Sequence[float]
Rounds = Sequence[Samples]
"""What was measured, round by round; the two sides of a comparison take turns within a round."""

_MEDIAN = 0.5

Verdict = Literal["met", "not met", "no aim yet"]


def quantile(samples: Samples, share: float) -> float:
    """The smallest sample that at least `share` of all do not exceed (nearest rank)."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


@dataclass(frozen=True, slots=True)
class Figures:
    """One side: median, 99th percentile, number of samples."""

    p50: float
    p99: float
    n: int

    @classmethod
    def of(cls, rounds: Rounds) -> Figures:
        """Over all rounds."""
        samples = [sample for one in rounds for sample in one]
        return cls(statistics.median(samples), quantile(samples, 0.99), len(samples))


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours as a multiple of the other.

    `value` is the median of the rounds' ratios where medians are compared, and taken over all samples where tails are;
    `low` and `high` are the smallest and largest of any one round. `noise` is how far the other side's own median moved
    between rounds, as a share of it.
    """

    what: str
    against: str
    unit: str
    value: float
    low: float
    high: float
    aim: float | None
    ours: Figures
    other: Figures
    noise: float

    @property
    def verdict(self) -> Verdict:
        """Whether the aim is met."""
        if self.aim is None:
            return "no aim yet"
        return "met" if self.value <= self.aim else "not met"


@dataclass(frozen=True, slots=True)
class NotRun:
    """What could not be measured here, and why; there is no ratio then."""

    what: str
    reason: str


Line = Ratio | NotRun


@dataclass(frozen=True, slots=True)
class Section:
    """One subject. `remarks` are figures and facts that are no ratio."""

    name: str
    title: str
    lines: Sequence[Line] = ()
    remarks: Sequence[str] = field(default=())


def compare(
    what: str, against: str, unit: str, ours: Rounds, other: Rounds, *, aim: float | None, share: float = _MEDIAN
) -> Ratio:
    """Compare two sides that took turns, at the median or another share of the samples."""
    each = [_at(mine, share) / _at(theirs, share) for mine, theirs in zip(ours, other, strict=True)]
    medians = [statistics.median(one) for one in other]
    return Ratio(
        what=what,
        against=against,
        unit=unit,
        value=statistics.median(each) if share == _MEDIAN else _at(_flat(ours), share) / _at(_flat(other), share),
        low=min(each),
        high=max(each),
        aim=aim,
        ours=Figures.of(ours),
        other=Figures.of(other),
        noise=(max(medians) - min(medians)) / statistics.median(medians),
    )


def _at(samples: Samples, share: float) -> float:
    return statistics.median(samples) if share == _MEDIAN else quantile(samples, share)


def _flat(rounds: Rounds) -> list[float]:
    return [sample for one in rounds for sample in one]


# ---- as text and as JSON ----------------------------------------------------------------------------------------

HEADINGS = ("what", "ratio [rounds]", "aim", "verdict", "ours p50 / p99", "other p50 / p99", "n", "noise")


def as_table(sections: Sequence[Section]) -> str:
    """The whole report as one Markdown table with the remarks below it."""
    rows = [HEADINGS, tuple("-" * len(heading) for heading in HEADINGS)]
    rows += [_row(line) for section in sections for line in section.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    table = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    remarks = [f"- {section.title}: {remark}" for section in sections for remark in section.remarks]
    return "\n".join([*table, "", *remarks])


def _row(line: Line) -> tuple[str, ...]:
    if isinstance(line, NotRun):
        return (line.what, f"not run: {line.reason}", *[""] * (len(HEADINGS) - 2))
    return (
        f"{line.what} / {line.against}",
        f"{line.value:.2f} [{line.low:.2f}..{line.high:.2f}]",
        f"<= {line.aim:g}" if line.aim is not None else "-",
        line.verdict,
        _figures(line.ours, line.unit),
        _figures(line.other, line.unit),
        f"{line.ours.n}+{line.other.n}",
        f"{line.noise:.0%}",
    )


def _figures(figures: Figures, unit: str) -> str:
    if unit == "bytes":
        return f"{figures.p50:,.0f} bytes"
    return f"{figures.p50:.3g} / {figures.p99:.3g} {unit}"


def as_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "name": section.name,
            "title": section.title,
            "lines": [_object(line) for line in section.lines],
            "remarks": list(section.remarks),
        }
        for section in sections
    ]


def _object(line: Line) -> dict[str, Any]:
    if isinstance(line, NotRun):
        return {"what": line.what, "not_run": line.reason}
    return {
        "what": line.what,
        "against": line.against,
        "unit": line.unit,
        "ratio": line.value,
        "low": line.low,
        "high": line.high,
        "aim": line.aim,
        "verdict": line.verdict,
        "ours": {"p50": line.ours.p50, "p99": line.ours.p99, "n": line.ours.n},
        "other": {"p50": line.other.p50, "p99": line.other.p99, "n": line.other.n},
        "noise": line.noise,
    }
