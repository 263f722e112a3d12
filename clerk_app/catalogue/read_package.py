"""One package (一件事) from its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from clerk_app.catalogue.package_checks import check_package
from clerk_app.catalogue.read_conditions import read_condition
from clerk_app.catalogue.read_matter import Dictionaries, read_situation_codes
from clerk_app.catalogue.tables import Table
from clerk_app.domain.matter import Audience, Channel, Client, Matter
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.workdays import Limit, LimitUnit


def read_package(table: Table, known: Dictionaries, matters: Mapping[str, Matter] | None) -> Package:
    """One package, its faults noted. Only a well-formed one is looked at as a whole, and only with `matters`."""
    faults_before = len(table.file.faults.found)
    package = build_package(table, known)
    if matters is not None and len(table.file.faults.found) == faults_before:
        check_package(package, matters, table)
    return package


def build_package(table: Table, known: Dictionaries) -> Package:
    """One package, not looked at as a whole."""
    promised, reason = _read_limit(table.table("limits"))
    lead_short = table.text("lead_short")
    package = Package(
        code=table.text("code"),
        version=known.edition.version,
        name=table.text("name"),
        aliases=table.texts("aliases", default=()),
        lead=table.text("lead"),
        lead_short=lead_short,
        document_prefix=known.edition.region_short + lead_short,
        channels=table.words("channels", get_args(Channel)),
        audiences=table.words("audiences", get_args(Audience), optional=True),
        client=table.word("client", get_args(Client)),
        situations=read_situation_codes(table, known.situations),
        promised=promised,
        promised_reason=reason,
        children=tuple(_read_child(row) for row in table.tables("children")),
        conditions=table.texts("conditions", default=()),
        phone=table.text("phone", ""),
        label=table.text("label", ""),
        sample=known.edition.sample,
    )
    table.close()
    return package


def _read_limit(table: Table) -> tuple[Limit, str]:
    limit = Limit(table.whole("promised"), table.word("unit", get_args(LimitUnit)))
    reason = table.text("reason", "")
    table.close()
    return limit, reason


def _read_child(table: Table) -> Child:
    child = Child(
        table.text("matter"),
        table.texts("after", default=()),
        table.flag("optional", default=False),
        read_condition(table.optional_table("when")),
    )
    table.close()
    return child
