"""The merge (一件事合并): several departments' matters as one notice, one form, one set of materials.

Pure. A child that waits for another one begins with its result (待前置): it has no date of acceptance and no clock
until then, and what that result brings is not asked of anybody. Adding a child removes nothing but what it produces;
the order in which children are listed changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from clerk_app.domain.conditions import Answers, applies
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge_plan import Plan, dropped_children, make_plan
from clerk_app.domain.merged_form import FormUses, form_uses, merged_form
from clerk_app.domain.merged_parts import Product, Thing, Uses, strictest
from clerk_app.domain.merged_set import SetUses, merged_set, set_uses
from clerk_app.domain.one_thing import Days, Dropped, OneThing, Step
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.situations import Situation, asked_now, standing


def merge(
    package: Package,
    matters: Mapping[str, Matter],
    answers: Answers | None = None,
    chosen: Collection[str] | None = None,
) -> OneThing:
    """The package for these answers, with the optional children in `chosen` (None: all of them).

    `matters` holds every child by code. While a question is open, what hangs on it counts as needed.
    """
    every_question = _questions(package, matters, [child.matter for child in package.children])
    counted = standing(every_question, answers or {})
    dropped = dropped_children(package, counted, chosen)
    plan = make_plan(package, matters, dropped)
    questions = _questions(package, matters, plan.order)
    children = [matters[code] for code in plan.order]
    form, papers = form_uses(children, counted, plan.brought), set_uses(children, counted, plan.brought)
    groups, fields = merged_form(form, papers.licences_to_come())
    steps = _steps(package, children, plan, form, papers, counted)
    return OneThing(
        package=package,
        answers=counted,
        steps=steps,
        dropped=tuple(Dropped(code, reason) for code, reason in sorted(dropped.items())),
        situations=asked_now(questions, counted),
        groups=groups,
        fields=fields,
        materials=merged_set(papers),
        products=_products(form, papers, plan),
        site_checks=plan.site_checks({matter.code for matter in children if matter.site_check}),
        fees=tuple((matter.code, fee) for matter in children for fee in matter.fees),
        rules=tuple(dict.fromkeys(rule for matter in children for rule in matter.rules)),
        days=_days(package, steps),
        questions=questions,
    )


def _questions(package: Package, matters: Mapping[str, Matter], codes: Iterable[str]) -> tuple[Situation, ...]:
    """The questions of the package, then those of its children, each once."""
    found = {situation.code: situation for situation in package.situations}
    for code in sorted(codes):
        for situation in matters[code].situations:
            found.setdefault(situation.code, situation)
    return tuple(found.values())


def _steps(
    package: Package, matters: Iterable[Matter], plan: Plan, form: FormUses, papers: SetUses, answers: Answers
) -> tuple[Step, ...]:
    children = {child.matter: child for child in package.children}
    return tuple([_step(children[matter.code], matter, plan, form, papers, answers) for matter in matters])


def _step(child: Child, matter: Matter, plan: Plan, form: FormUses, papers: SetUses, answers: Answers) -> Step:
    code = matter.code
    elements, materials = form.of[code], papers.of[code]
    return Step(
        matter=matter,
        level=plan.levels[code],
        after=tuple(sorted(plan.after[code])),
        begins=plan.begins(code),
        ends=plan.ends[code],
        optional=child.optional,
        certain=applies(child.when, answers),
        fields=tuple(elements.asked),
        awaited_fields=tuple(elements.awaited),
        materials=tuple(materials.asked),
        awaited_materials=tuple(materials.awaited),
    )


def _products(form: FormUses, papers: SetUses, plan: Plan) -> tuple[Product, ...]:
    """What every child that wants it gets from an earlier result: materials by code, then elements by code."""
    materials = [
        _product(code, strictest([need for _, need in uses]).name, uses, plan) for code, uses in papers.only_awaited()
    ]
    elements = [_product(code, uses[0][1].label, uses, plan, is_field=True) for code, uses in form.only_awaited()]
    return (*materials, *elements)


def _product(code: str, name: str, uses: Uses[Thing], plan: Plan, *, is_field: bool = False) -> Product:
    awaited_by = tuple(child for child, _ in uses)
    return Product(code, name, is_field, plan.bringers(code, awaited_by), awaited_by)


def _days(package: Package, steps: Sequence[Step]) -> Days:
    return Days(
        serial=sum(max(step.matter.promised.days, 1) for step in steps),
        parallel=max((step.ends for step in steps), default=0),
        promised=package.promised.days,
    )
