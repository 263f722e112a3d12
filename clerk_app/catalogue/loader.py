"""From the catalogue's files to matters and packages.

    catalogue.toml        version, label
    licences.toml         kinds of electronic licences (may be absent)
    materials.toml        the dictionary of materials
    situations.toml       the questions (may be absent)
    fields.toml           the groups of form elements
    fields/*.toml         more of them, in the order of their names
    matters/CODE.toml     one matter a file
    packages/CODE.toml    one package a file (may be absent)
    hints.toml            rules of policy hints (may be absent)

Every fault of every file is found in one run (`BadCatalogue`); a catalogue is used whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.faults import Fault, Faults
from clerk_app.catalogue.files import (
    FIELDS,
    HEAD,
    HINTS,
    LICENCES,
    MATERIALS,
    ROOMS,
    SITUATIONS,
    TOP,
    CatalogueFiles,
    FolderFiles,
)
from clerk_app.catalogue.read_dictionaries import (
    NO_EDITION,
    read_edition,
    read_licence_kinds,
    read_materials,
    read_situations,
)
from clerk_app.catalogue.read_form import read_groups
from clerk_app.catalogue.read_hints import Known, read_hints
from clerk_app.catalogue.read_matter import Dictionaries, read_matter
from clerk_app.catalogue.read_package import read_package
from clerk_app.catalogue.tables import Table
from clerk_app.catalogue.whole_checks import check_holders, check_situations, check_sources, warn_of_unused
from clerk_app.domain.needs import LicenceKind
from clerk_app.domain.situations import Situation

Asked = tuple[Situation, Table]

_ITEMS = ("matters/", "packages/", HINTS)
"""Files to which no other file refers."""

SHIPPED = Path(__file__).with_name("sample")


def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue in `folder`; raise `BadCatalogue` with every fault found."""
    return read_catalogue(folder)[0]


def read_catalogue(folder: Path) -> tuple[Catalogue, tuple[Fault, ...]]:
    """The catalogue in `folder` with the warnings about it; raise `BadCatalogue` with every fault found."""
    found = read_files(FolderFiles(folder))
    return found.catalogue, found.warnings


@dataclass(frozen=True, slots=True)
class Reading:
    """A sound catalogue, the warnings about it, and its files as tables by name, in the order of reading."""

    catalogue: Catalogue
    warnings: tuple[Fault, ...]
    data: Mapping[str, Mapping[str, Any]]


def read_files(files: CatalogueFiles) -> Reading:
    """The catalogue in these files; raise `BadCatalogue` with every fault found."""
    faults = Faults()
    names = files.names()
    tables = {name: files.table(name, faults) for name in _wanted(names)}
    is_lacking = any(table is None for name, table in tables.items() if not name.startswith(_ITEMS))
    for name in files.strangers():
        faults.warn(name, None, "", "不是目录的文件，没有读")
    if is_lacking:
        # What refers to a dictionary that nobody could read would be one more fault for each reference.
        faults.raise_if_any()
    read = {name: table for name, table in tables.items() if table is not None}
    catalogue = _read_tables(read, faults)
    faults.raise_if_any()
    return Reading(catalogue, faults.warnings, {name: table.data for name, table in read.items()})


def dictionaries_of(tables: Mapping[str, Table]) -> tuple[Dictionaries, dict[str, LicenceKind], dict[str, Asked]]:
    """What matters and packages refer to; the kinds of licences; the situations with their tables."""
    licences = read_licence_kinds(tables.get(LICENCES))
    materials = read_materials(tables.get(MATERIALS), licences)
    situations = read_situations(tables.get(SITUATIONS))
    head = tables.get(HEAD)
    edition = read_edition(head) if head else NO_EDITION
    groups = read_groups(_form_tables(tables))
    elements = frozenset(field.code for group in groups.values() for field in group.fields)
    asked = {code: found for code, (found, _) in situations.items()}
    known = Dictionaries(edition, materials, groups, asked, elements)
    return known, licences, situations


def _read_tables(tables: Mapping[str, Table], faults: Faults) -> Catalogue:
    known, licences, situations = dictionaries_of(tables)
    check_situations(situations)
    matter_tables = [table for name, table in tables.items() if name.startswith("matters/")]
    if not matter_tables and not faults.found:
        faults.add("matters", None, "", "没有事项")
    matters = {matter.code: matter for matter in (read_matter(table, known) for table in matter_tables)}
    # A package is looked at as a whole only beside sound matters: one fault should not be told twice.
    sound = matters if not faults.found else None
    package_tables = (table for name, table in tables.items() if name.startswith("packages/"))
    packages = tuple(read_package(table, known, sound) for table in package_tables)
    elements = {field.code: field for group in known.groups.values() for field in group.fields}
    by_code = {package.code: package for package in packages}
    all_known = Known(elements, known.situations, licences, known.materials, matters, by_code)
    hints = read_hints(tables.get(HINTS), None if faults.found else all_known)
    if not faults.found:
        check_sources(_form_tables(tables), known.groups, licences, matters)
        check_holders(tables.get(LICENCES), known.groups, licences)
        warn_of_unused(situations, matters.values(), packages)
    return Catalogue(
        known.edition.version,
        known.edition.label,
        tuple(matters.values()),
        packages,
        tuple(known.situations.values()),
        tuple(known.materials.values()),
        tuple(known.groups.values()),
        tuple(licences.values()),
        hints,
    )


def _wanted(names: Sequence[str]) -> list[str]:
    """The files to be read, in order: those that are there, and those that must be."""
    has_forms = any(name == FIELDS or name.startswith("fields/") for name in names)
    top = [name for name in TOP if name in names or name in (HEAD, MATERIALS) or (name == FIELDS and not has_forms)]
    return top + [name for room in ROOMS for name in sorted(names) if name.startswith(f"{room}/")]


def _form_tables(tables: Mapping[str, Table]) -> list[Table]:
    return [table for name, table in tables.items() if name == FIELDS or name.startswith("fields/")]
