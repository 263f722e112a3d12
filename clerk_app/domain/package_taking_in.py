"""Taking a package in: one act, one number, and for each child what the window did with it."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from typing import Any

from clerk_app.domain.case_parts import Effect, effect_body
from clerk_app.domain.child_case import limit_body
from clerk_app.domain.draft import Draft
from clerk_app.domain.form import plain, visible_fields
from clerk_app.domain.materials import needed_materials
from clerk_app.domain.matter import Matter, Power
from clerk_app.domain.merged_matter import child_powers, merged_matter, power_of_whole
from clerk_app.domain.one_thing import Count, OneThing, Step
from clerk_app.domain.outcomes import RECEIVED, Outcome
from clerk_app.domain.powers import effect_of, lacks_seal
from clerk_app.domain.results import awaited_body
from clerk_app.domain.taking_in import (
    Clocks,
    Counter,
    PrintSet,
    Terms,
    check_intake,
    clocks_of,
    deferred_papers,
    has_promises,
    intake_body,
    matter_body,
    print_set,
)
from clerk_app.domain.workdays import Due
from clerk_app.errors import UnlawfulStep

_DONE_WORDS: Mapping[Power, str] = {"complete": "当场办结", "accept": "受理", "receive": "收件"}


def children_in_order(one: OneThing) -> tuple[Step, ...]:
    """The children that take part in the order of the paper: the first has ordinal 1."""
    found = (one.step(child.matter) for child in one.package.children)
    return tuple(step for step in found if step is not None)


def take_in_package(draft: Draft, one: OneThing, outcome: Outcome, counter: Counter) -> dict[str, Any]:
    """The body of `case.package_taken_in`; raises as `taking_in.take_in` does.

    受理 accepts every child that the window can accept here and now and receives the others; 收件待审 receives all. A
    child that comes after others waits for them (待前置), unless they are done at the counter.
    """
    if not one.steps:
        raise UnlawfulStep(reason="no_children")
    matter = merged_matter(one)
    document, _ = check_intake(draft, matter, outcome, counter)
    promise = _clocks_of_whole(matter, "accept", counter).promised
    deferred = deferred_papers(draft, matter, outcome, counter, promise)
    powers = child_powers(one, online=counter.online, seal_at_hand=counter.seal_at_hand, deferred=deferred)
    if outcome is RECEIVED:
        powers = {step.matter.code: "receive" for step in one.steps if not step.waits}
    whole = power_of_whole(one, powers)
    lacks = any(
        lacks_seal(step.matter, online=counter.online, seal_at_hand=counter.seal_at_hand)
        for step in one.steps
        if step.matter.code in powers
    )
    clocks = _clocks_of_whole(matter, whole, counter)
    papers = papers_of(powers, deferred=bool(deferred), promised=has_promises(draft))
    terms = Terms(whole, effect_of_whole(one, powers, clocks.promised), clocks, papers, lacks, deferred)
    shown = {field.code for field in visible_fields(matter, draft.values)}
    needed = {need.code for need in needed_materials(matter, plain(draft.values))}
    steps = children_in_order(one)
    ordinals = {step.matter.code: place for place, step in enumerate(steps, start=1)}
    joint = [visit for visit in one.site_checks if len(visit) > 1]
    return {
        **intake_body(terms, draft=draft, document=document, matter=matter, counter=counter),
        "answers": {question.code: one.answers[question.code] for question in one.situations},
        "without": [item.matter for item in one.dropped if item.reason == "choice"],
        "saved": {name: [count.before, count.after] for name, count in saved_by(one).items()},
        "site_checks": [sorted(ordinals[code] for code in visit) for visit in joint],
        "awaited": awaited_body(one),
        "children": [
            {
                **_child_body(step, powers.get(step.matter.code), one, counter),
                "ordinal": ordinals[step.matter.code],
                "after": sorted(ordinals[code] for code in step.after),
                "fields": [code for code in step.fields if code in shown],
                "materials": [code for code in step.materials if code in needed],
            }
            for step in steps
        ],
    }


def saved_by(one: OneThing) -> dict[str, Count]:
    """What the citizen is spared, by figure: data elements, materials, days, times to come."""
    return {
        "fields": one.field_count,
        "materials": one.material_count,
        "days": one.day_count,
        "visits": one.visit_count,
    }


def _clocks_of_whole(matter: Matter, power: Power, counter: Counter) -> Clocks:
    """The promise for the whole. A legal limit has only each child of itself."""
    clocks = clocks_of(matter, power, counter)
    return Clocks(clocks.promised, None, clocks.notice)


def papers_of(powers: Mapping[str, Power], *, deferred: bool = False, promised: bool = False) -> PrintSet:
    """A 受理通知书 where something was accepted with a clock, else a 收件凭证."""
    power: Power = "accept" if "accept" in powers.values() else "receive"
    return print_set(power, deferred=deferred, promised=promised)


def effect_of_whole(one: OneThing, powers: Mapping[str, Power], due: Due | None) -> Effect:
    """What is in force once the paper is handed over and what is not yet; `powers` as `child_powers` gives them."""
    done = Tally(powers.values())
    waiting = len(one.steps) - len(powers)
    in_force = "、".join(f"{word} {done[power]} 项" for power, word in _DONE_WORDS.items() if done[power])
    lines = [f"待前置 {waiting} 项，前面的事项办成后再受理、计时"] if waiting else []
    lines += [f"承诺 {one.package.promised.text}内全部办结，最迟 {due.text}"] if due else []
    later = waiting or "receive" in powers.values()
    return Effect("platform" if later else "on_site", f"今天{in_force}", "；".join(lines))


def _child_body(step: Step, power: Power | None, one: OneThing, counter: Counter) -> dict[str, Any]:
    matter = step.matter
    clocks = clocks_of(matter, power, counter) if power else Clocks()
    effect = effect_of(matter, power, clocks.promised) if power else _waiting_effect(step, one)
    return {
        "matter": matter_body(matter),
        "department_short": matter.department_short,
        "power": power or "receive",
        "waits": power is None,
        "effect": effect_body(effect),
        "accepted_on": counter.today.isoformat() if power in ("accept", "complete") else None,
        **clocks.body(),
        "promised": limit_body(matter.promised),
        "legal": limit_body(matter.legal),
    }


def _waiting_effect(step: Step, one: OneThing) -> Effect:
    names = [before.matter.name for before in one.steps if before.matter.code in step.after]
    return Effect("platform", "", f"{'、'.join(names)}办成后开始")
