"""The one set of materials of a merge: the materials of several matters, each once, as strict as the strictest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from clerk_app.domain.conditions import Answers, may_apply
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge_plan import Brought
from clerk_app.domain.merged_parts import MergedMaterial, Uses, Wanted, only_awaited, strictest
from clerk_app.domain.needs import MaterialNeed


@dataclass(frozen=True, slots=True)
class SetUses:
    """Who needs which material, by code; the children of each stand in the order of their codes."""

    asking: dict[str, Uses[MaterialNeed]]
    awaiting: dict[str, Uses[MaterialNeed]]
    of: dict[str, Wanted]

    def only_awaited(self) -> list[tuple[str, Uses[MaterialNeed]]]:
        """The materials nobody has to hand in, ordered by code."""
        return only_awaited(self.awaiting, self.asking)

    def licences_to_come(self) -> frozenset[str]:
        """The kinds of electronic licences for materials that only a result of the package brings.

        Where one child has to hand the material in, there is a licence already: a firm that changes its name has one.
        """
        materials = (need.material for _, uses in self.only_awaited() for _, need in uses)
        return frozenset(material.licence for material in materials if material is not None and material.licence)


def set_uses(matters: Iterable[Matter], answers: Answers, brought: Brought) -> SetUses:
    """What these children need for these answers; while a question is open, what hangs on it counts."""
    uses = SetUses(defaultdict(list), defaultdict(list), {})
    for matter in sorted(matters, key=lambda matter: matter.code):
        child, coming = matter.code, brought[matter.code]
        wanted = Wanted([], [])
        for need in matter.materials:
            if may_apply(need.when, answers):
                code = need.code
                demand, codes = (uses.awaiting, wanted.awaited) if code in coming else (uses.asking, wanted.asked)
                demand[code].append((child, need))
                codes.append(code)
        uses.of[child] = wanted
    return uses


def merged_set(uses: SetUses) -> tuple[MergedMaterial, ...]:
    """The one set, ordered by code."""
    awaited_by = {code: tuple([child for child, _ in waiting]) for code, waiting in uses.awaiting.items()}
    return tuple(
        [
            MergedMaterial(
                strictest([need for _, need in asking]), tuple([child for child, _ in asking]), awaited_by.get(code, ())
            )
            for code, asking in sorted(uses.asking.items())
        ]
    )
