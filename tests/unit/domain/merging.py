"""Small matters and packages made in memory, for the tests of the merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from clerk_app.domain.conditions import Condition, OneOf
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.matter import NOTHING, HandleItem, Matter, MatterVersion, Produces
from clerk_app.domain.needs import Material, MaterialNeed
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.situations import Situation
from clerk_app.domain.sources import source_of
from clerk_app.domain.workdays import Limit

VERSION = MatterVersion("2026-11-22")
SIGN = Situation("q.sign", "有没有招牌？", ("有", "没有"))
LIT = Situation("q.lit", "招牌是否发光？", ("发光", "不发光"), when=OneOf("q.sign", ("有",)))
WITH_SIGN = OneOf("q.sign", ("有",))
WITHOUT_SIGN = OneOf("q.sign", ("没有",))


def need(code: str, **changes: object) -> MaterialNeed:
    """A need for the material `code` of the dictionary."""
    plain = MaterialNeed(code, f"材料{code}", material=Material(code, f"材料{code}"))
    return replace(plain, **changes)  # type: ignore[arg-type]


def group(
    code: str, names: Iterable[str], *, position: int = 0, sources: Mapping[str, str] | None = None
) -> FieldGroup:
    """A group of text elements `CODE.NAME` in the order of the names."""
    sourced = sources or {}
    fields = tuple(
        Field(
            f"{code}.{name}",
            name,
            "text",
            sources=(source_of(sourced[name]),) if name in sourced else (),
            position=place,
        )
        for place, name in enumerate(names)
    )
    return FieldGroup(code, code, fields, position=position)


def in_situation(held: FieldGroup, when: Condition) -> FieldGroup:
    """The group as a matter takes it that needs it only then."""
    return replace(held, when=when, fields=tuple(replace(field, when=when) for field in held.fields))


def matter(
    code: str,
    *,
    days: int = 1,
    needs: Iterable[MaterialNeed] = (),
    groups: Iterable[FieldGroup] = (),
    produces: Produces = NOTHING,
    situations: Iterable[Situation] = (),
    site_check: bool = False,
    department: str = "例局",
) -> Matter:
    """A matter with these materials and groups, in order of code and dictionary."""
    return Matter(
        code=code,
        version=VERSION,
        name=f"事项{code}",
        aliases=(),
        implementation_code="11999999000000014X3999914000014",
        department=department,
        department_short=department,
        document_prefix=f"例州{department}",
        procedure="licence",
        by_law="《例法》",
        kind="promised",
        legal=Limit(60),
        promised=Limit(days),
        notify=None,
        presence="agent_allowed",
        expired_card="note",
        channels=("hall",),
        handle=HandleItem("receive", "receive", "platform", {}, sealed_notice=False),
        materials=tuple(needs),
        groups=tuple(groups),
        result="证",
        pickup_field=None,
        sample=True,
        produces=produces,
        situations=tuple(situations),
        site_check=site_check,
    )


def brings(*materials: str, fields: Iterable[str] = ()) -> Produces:
    """What a result brings."""
    return Produces(frozenset(materials), frozenset(fields))


def package(*children: Child, situations: Iterable[Situation] = (), promised: int = 10) -> Package:
    """A package of these children."""
    return Package(
        code="PK01",
        version=VERSION,
        name="开例店一件事",
        aliases=(),
        lead="例局",
        lead_short="例局",
        document_prefix="例州例局",
        channels=("hall",),
        audiences=(),
        client="firm",
        situations=tuple(situations),
        promised=Limit(promised),
        promised_reason="",
        children=children,
    )


def by_code(*matters: Matter) -> dict[str, Matter]:
    """Matters by code."""
    return {one.code: one for one in matters}
