"""Merging a package of thirty children, against walking the same data once and against the limit."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from benchmarks.bench import Bench
from benchmarks.report import Line, Section, compare, quantile
from clerk_app.domain.conditions import OneOf
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.situations import Situation
from tests.unit.domain.merging import brings, group, in_situation, matter, need, package

SECTION, TITLE = "merge", "Merging thirty children"
CHILDREN = 30
GROUPS, FIELDS_A_GROUP = 60, 5
MATERIALS = 61
ROUNDS = 5
MERGES_A_ROUND = 100
LIMIT_MS = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large each child is."""

    name: str
    groups: int
    materials: int


SIZES = (
    Size("children as large as those of PK01", groups=4, materials=4),
    Size("every child as large as the sample's largest", groups=7, materials=8),
)


def run(bench: Bench) -> Section:
    """Merge with no question answered, so that everything counts.

    What the benchmark itself has loaded is not looked through for garbage, as at a desk; what a merge leaves is.
    """
    gc.collect()
    gc.freeze()
    try:
        return _measured(bench)
    finally:
        gc.unfreeze()


def _measured(bench: Bench) -> Section:
    lines: list[Line] = []
    remarks: list[str] = []
    for size in SIZES:
        made, matters = synthetic_package(size, seed=1)
        job, walk = partial(merge, made, matters), partial(codes_once, matters)
        rounds = [(_times(job), _times(walk)) for _ in range(bench.rounds_or(ROUNDS))]
        ours, bare = [mine for mine, _ in rounds], [theirs for _, theirs in rounds]
        limit = [[LIMIT_MS]] * len(ours)
        lines.append(compare(f"{size.name}, p99", "the limit", "ms", ours, limit, aim=1, share=0.99))
        lines.append(compare(size.name, "collecting the same codes once", "ms", ours, bare, aim=None))
        processor, one = _times(job, time.process_time), job()
        remarks.append(
            f"{size.name}: {one.field_count.before} elements become {one.field_count.after}, "
            f"{one.material_count.before} materials {one.material_count.after}; processor time "
            f"{quantile(processor, 0.5):.1f} ms, 99th percentile {quantile(processor, 0.99):.1f} ms"
        )
    return Section(SECTION, TITLE, lines, remarks)


def synthetic_package(size: Size, seed: int) -> tuple[Package, dict[str, Matter]]:
    """A package with more children than any hall has, drawing on as many groups and materials as the sample has."""
    chance = Random(seed)
    situations = [Situation(f"q.s{number}", f"问{number}？", ("是", "否")) for number in range(10)]
    groups = [
        group(f"g.S{number}", [f"f{place}" for place in range(FIELDS_A_GROUP)], position=number)
        for number in range(GROUPS)
    ]
    codes = [f"B{number:02d}" for number in range(1, CHILDREN + 1)]
    matters, children = {}, []
    for place, code in enumerate(codes):
        asked = OneOf(chance.choice(situations).code, ("是",))
        taken = chance.sample(groups, size.groups)
        matters[code] = matter(
            code,
            days=chance.randint(0, 20),
            needs=[
                need(f"M{number:02d}", deferrable=chance.random() < 0.5, when=asked if chance.random() < 0.3 else None)
                for number in sorted(chance.sample(range(MATERIALS), size.materials))
            ],
            groups=[in_situation(held, asked) if chance.random() < 0.3 else held for held in taken],
            produces=brings(f"M{chance.randrange(MATERIALS):02d}"),
            situations=situations,
            site_check=chance.random() < 0.3,
        )
        after = tuple(chance.sample(codes[:place], min(place, chance.randint(0, 2))))
        children.append(Child(code, after=after, optional=chance.random() < 0.3))
    return package(*children, situations=situations), matters


def codes_once(matters: dict[str, Matter]) -> int:
    """The least that any merge must do: see every element and every material of every child once."""
    fields = {field.code for one in matters.values() for held in one.groups for field in held.fields}
    return len(fields) + len({need.code for one in matters.values() for need in one.materials})


def _times(job: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each run by that clock."""
    taken = []
    for _ in range(MERGES_A_ROUND):
        began = clock()
        job()
        taken.append((clock() - began) * 1000)
    return taken
