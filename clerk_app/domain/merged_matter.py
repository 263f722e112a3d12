"""A package in the shape of a matter, so that the whole counter serves it as it serves a matter.

Made anew from the answers and choices whenever they change. What the children ask of themselves (department, clocks,
powers) stays with the children; the matter says what is true of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from clerk_app.domain import graph
from clerk_app.domain.matter import EffectText, ExpiredCard, HandleItem, Matter, Power, Presence
from clerk_app.domain.one_thing import OneThing, Step
from clerk_app.domain.powers import power_now
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.workdays import Limit

_POWERS: tuple[Power, ...] = ("receive", "accept", "complete")
_EXPIRED: tuple[ExpiredCard, ...] = ("accept", "note", "refuse")

_EFFECTS: Mapping[Power, EffectText] = MappingProxyType(
    {
        "receive": EffectText("材料已收下", "是否受理，由各部门分别告诉您"),
        "accept": EffectText("各部门的办理情况见下表", "承诺 {limit}内全部办结，最迟 {due}"),
        "complete": EffectText("各项今天都已办结", ""),
    }
)
"""What the whole says before the act; what each child is at is said with the act, child by child."""


def merged_matter(one: OneThing) -> Matter:
    """The package for its answers and choices as one matter, its code the package's.

    `promised` is the package's; `legal` the longest path of the children's own. The procedure is the one the children
    share, else a public service. The applicant must come in person, and an expired card is refused, where one child
    says so.
    """
    package, matters = one.package, [step.matter for step in one.steps]
    return Matter(
        code=package.code,
        version=package.version,
        name=package.name,
        aliases=package.aliases,
        implementation_code="",
        department=package.lead,
        department_short=package.lead_short,
        document_prefix=package.document_prefix,
        procedure=_procedure(matters),
        by_law=_by_law(matters),
        kind="at_once" if matters and all(matter.kind == "at_once" for matter in matters) else "promised",
        legal=_legal(one),
        promised=package.promised,
        notify=_notify(matters),
        presence=_presence(matters),
        expired_card=max((matter.expired_card for matter in matters), key=_EXPIRED.index, default="note"),
        channels=package.channels,
        handle=_handle(one),
        materials=tuple(item.need for item in one.materials),
        groups=one.groups,
        result="、".join(dict.fromkeys(matter.result for matter in matters if matter.result)),
        pickup_field=next((matter.pickup_field for matter in matters if matter.pickup_field), None),
        sample=package.sample,
        client=package.client,
        audiences=package.audiences,
        situations=one.questions,
        site_check=bool(one.site_checks),
        visits=one.visit_count.after,
        fees=tuple(fee for _, fee in one.fees),
        conditions=tuple(dict.fromkeys((*package.conditions, *(line for one in matters for line in one.conditions)))),
        rules=one.rules,
        phone=package.phone,
        used_by=_used_by(one),
    )


def child_powers(
    one: OneThing, *, online: bool, seal_at_hand: bool, deferred: Collection[str] = ()
) -> dict[str, Power]:
    """How far the window goes with each child that begins at the counter, by code; who waits is not in it.

    A child done at once brings its result there and then, so that those who wait for it alone begin too. What lacks one
    of the `deferred` papers is not done at once: there is no result before they are in.
    """
    powers: dict[str, Power] = {}
    for step in one.steps:
        if all(powers.get(before) == "complete" for before in step.after):
            power = power_now(step.matter, online=online, seal_at_hand=seal_at_hand)
            lacks = power == "complete" and not set(deferred).isdisjoint(step.materials)
            powers[step.matter.code] = "accept" if lacks else power
    return powers


def power_of_whole(one: OneThing, powers: Mapping[str, Power]) -> Power:
    """What is true of the whole: done when all are, accepted when the first is done or accepted, else received."""
    if powers and len(powers) == len(one.steps) and set(powers.values()) == {"complete"}:
        return "complete"
    return "receive" if set(powers.values()) <= {"receive"} else "accept"


def _handle(one: OneThing) -> HandleItem:
    at_window, offline = (_power(one, online=online, seal=True) for online in (True, False))
    unsealed = [_power(one, online=online, seal=False) for online in (True, False)]
    return HandleItem(
        window_power=at_window,
        offline_power=min(offline, at_window, key=_POWERS.index),
        effect_when="platform" if any(_takes_effect_later(step) for step in one.steps) else "on_site",
        effects=_EFFECTS,
        sealed_notice=any(
            without == "receive" != power for without, power in zip(unsealed, (at_window, offline), strict=True)
        ),
    )


def _power(one: OneThing, *, online: bool, seal: bool) -> Power:
    return power_of_whole(one, child_powers(one, online=online, seal_at_hand=seal))


def _takes_effect_later(step: Step) -> bool:
    return step.waits or step.matter.handle.effect_when == "platform"


def _procedure(matters: Iterable[Matter]) -> ProcedureKind:
    kinds = {matter.procedure for matter in matters}
    return kinds.pop() if len(kinds) == 1 else "public_service"


def _by_law(matters: Iterable[Matter]) -> str:
    """Every legal basis once; none where one child has none: no basis, no notice."""
    bases = [matter.by_law.strip() for matter in matters]
    return "、".join(dict.fromkeys(bases)) if all(bases) else ""


def _legal(one: OneThing) -> Limit:
    after = {step.matter.code: step.after for step in one.steps}
    days = {step.matter.code: step.matter.legal.days for step in one.steps}
    return Limit(graph.longest_path(after, days), one.package.promised.unit)


def _notify(matters: Iterable[Matter]) -> Limit | None:
    """The longest: by then every department has said whether it accepts."""
    return max((matter.notify for matter in matters if matter.notify), key=lambda limit: limit.days, default=None)


def _presence(matters: Iterable[Matter]) -> Presence:
    return "in_person" if any(matter.presence == "in_person" for matter in matters) else "agent_allowed"


def _used_by(one: OneThing) -> Mapping[str, tuple[str, ...]]:
    short = {step.matter.code: step.matter.department_short for step in one.steps}
    needed = [(item.field.code, item.needed_by) for item in one.fields]
    needed += [(item.need.code, item.needed_by) for item in one.materials]
    return MappingProxyType({code: tuple(dict.fromkeys(short[child] for child in by)) for code, by in needed})
