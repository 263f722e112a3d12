"""Packages (一件事): several departments' matters as one notice, one form, one set of materials, one window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clerk_app.domain.conditions import Condition
from clerk_app.domain.matter import Audience, Channel, Client, Matter, MatterVersion
from clerk_app.domain.situations import Situation
from clerk_app.domain.workdays import Limit


@dataclass(frozen=True, slots=True)
class Child:
    """A matter of a package (子事项). `after`: it begins with the results of these matters of the same package.

    `optional`: the citizen may leave it out (自选). `when`: it belongs to the package only in that situation.
    """

    matter: str
    after: tuple[str, ...] = ()
    optional: bool = False
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One package in one version; its children in the order of the paper.

    `promised` is the limit promised for the whole; `promised_reason` says why it can be below what the children's own
    limits add up to. `lead` is the department that leads (牵头部门); `document_prefix` begins the 文书编号.
    """

    code: str
    version: MatterVersion
    name: str
    aliases: tuple[str, ...]
    lead: str
    lead_short: str
    document_prefix: str
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]
    client: Client
    situations: tuple[Situation, ...]
    promised: Limit
    promised_reason: str
    children: tuple[Child, ...]
    conditions: tuple[str, ...] = ()
    phone: str = ""
    label: str = ""
    sample: bool = True

    @property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """For each child the children it comes after."""
        return {child.matter: child.after for child in self.children}

    def child(self, matter: str) -> Child | None:
        """The child with this matter code, or None."""
        return next((child for child in self.children if child.matter == matter), None)


def alone(matter: Matter) -> Package:
    """A single matter as a package of itself, so that one rule serves both: its merge is what the matter asks."""
    return Package(
        code=matter.code,
        version=matter.version,
        name=matter.name,
        aliases=matter.aliases,
        lead=matter.department,
        lead_short=matter.department_short,
        document_prefix=matter.document_prefix,
        channels=matter.channels,
        audiences=matter.audiences,
        client=matter.client,
        situations=matter.situations,
        promised=matter.promised,
        promised_reason="",
        children=(Child(matter.code),),
        phone=matter.phone,
        sample=matter.sample,
    )


def is_package(code: str) -> bool:
    """Whether a code is that of a package and not of a matter (docs/catalogue.md)."""
    return code.upper().startswith("PK")
