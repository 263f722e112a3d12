"""Merging a package of thirty children, against walking the same data once and against the limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from benchmarks.bench import Bench
from benchmarks.report import Section, compare
from clerk_app.domain.conditions import OneOf
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.situations import Situation
from tests.unit.domain.merging import brings, group, in_situation, matter, need, package

SECTION, TITLE = "merge", "Merging thirty children"
CHILDREN = 30
GROUPS, FIELDS_A_GROUP, GROUPS_A_CHILD = 60, 5, 7
MATERIALS, MATERIALS_A_CHILD = 61, 8
ROUNDS = 5
MERGES_A_ROUND = 100
LIMIT_MS = 5.0


def run(bench: Bench) -> Section:
    """Merge with no question answered, so that everything counts."""
    made, matters = synthetic_package(seed=1)
    one = merge(made, matters)
    ours, bare = [], []
    for _ in range(bench.rounds_or(ROUNDS)):
        ours.append(_times(lambda: merge(made, matters)))
        bare.append(_times(lambda: codes_once(matters)))
    limit = [[LIMIT_MS]] * len(ours)
    return Section(
        SECTION,
        TITLE,
        [
            compare("a merge, 99th percentile", "the limit", "ms", ours, limit, aim=1, share=0.99),
            compare("a merge", "collecting the same codes once", "ms", ours, bare, aim=None),
        ],
        [
            f"{CHILDREN} children in {len(one.order)} levels: {one.field_count.before} elements become "
            f"{one.field_count.after}, {one.material_count.before} materials {one.material_count.after}"
        ],
    )


def synthetic_package(seed: int) -> tuple[Package, dict[str, Matter]]:
    """A package as large as a hall's largest might be: each child as large as the largest of the sample."""
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
        taken = chance.sample(groups, GROUPS_A_CHILD)
        matters[code] = matter(
            code,
            days=chance.randint(0, 20),
            needs=[
                need(f"M{number:02d}", deferrable=chance.random() < 0.5, when=asked if chance.random() < 0.3 else None)
                for number in sorted(chance.sample(range(MATERIALS), MATERIALS_A_CHILD))
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


def _times(job: Callable[[], object]) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for _ in range(MERGES_A_ROUND):
        began = time.perf_counter()
        job()
        taken.append((time.perf_counter() - began) * 1000)
    return taken
