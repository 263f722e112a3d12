"""Which materials a one-time notice has to name: all that any answer still open could ask for."""

from __future__ import annotations

from clerk_app.domain.condition_words import holds_whatever, open_part
from clerk_app.domain.conditions import Condition
from clerk_app.domain.merged_parts import MergedMaterial, Product, strictest
from clerk_app.domain.one_thing import OneThing


def named_materials(one: OneThing) -> tuple[MergedMaterial, ...]:
    """The materials of the merge, and those that it will ask for if a matter that would bring them falls away."""
    return (*one.materials, *(item for _, item in perhaps_asked(one)))


def perhaps_asked(one: OneThing) -> tuple[tuple[Product, MergedMaterial], ...]:
    """Materials that an earlier result brings only if an open question is answered so that its matter takes part."""
    return tuple(
        (product, _asked_of_all(one, product))
        for product in one.products
        if not product.is_field and brought_if(one, product)
    )


def brought_if(one: OneThing, product: Product) -> tuple[Condition, ...]:
    """The open conditions, one of which must hold for the product to be there; empty if it is there in any case."""
    found: list[Condition] = []
    for code in product.brought_by:
        child = one.package.child(code)
        condition = open_part(child.when if child else None, one.answers)
        if condition is None:
            return ()
        found.append(condition)
    return () if holds_whatever(found, one.situations) else tuple(dict.fromkeys(found))


def _asked_of_all(one: OneThing, product: Product) -> MergedMaterial:
    needs = [
        need
        for step in one.steps
        if step.matter.code in product.awaited_by and (need := step.matter.material(product.code)) is not None
    ]
    return MergedMaterial(strictest(needs), product.awaited_by, ())
