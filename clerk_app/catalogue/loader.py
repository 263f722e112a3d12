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

from pathlib import Path

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.faults import Fault, Faults
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
from clerk_app.catalogue.tables import Table, read_optional, read_toml
from clerk_app.catalogue.whole_checks import check_holders, check_situations, check_sources, warn_of_unused

_TOP = frozenset(
    {f"{name}.toml" for name in ("catalogue", "licences", "materials", "situations", "fields", "hints", "seeds")}
)

SHIPPED = Path(__file__).with_name("sample")


def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue in `folder`; raise `BadCatalogue` with every fault found."""
    return read_catalogue(folder)[0]


def read_catalogue(folder: Path) -> tuple[Catalogue, tuple[Fault, ...]]:
    """The catalogue in `folder` with the warnings about it; raise `BadCatalogue` with every fault found."""
    faults = Faults()
    head = read_toml(folder, "catalogue.toml", faults)
    licence_file = read_optional(folder, "licences.toml", faults)
    material_file = read_toml(folder, "materials.toml", faults)
    situation_file = read_optional(folder, "situations.toml", faults)
    forms = _form_files(folder, faults)
    is_lacking = bool(faults.found)
    matter_files, package_files = (_files(folder, room, faults) for room in ("matters", "packages"))
    hint_file = read_optional(folder, "hints.toml", faults)
    _warn_of_strangers(folder, faults)
    if is_lacking:
        # What refers to a dictionary that nobody could read would be one more fault for each reference.
        faults.raise_if_any()
    edition = read_edition(head) if head else NO_EDITION
    licences = read_licence_kinds(licence_file)
    materials = read_materials(material_file, licences)
    situations = read_situations(situation_file)
    check_situations(situations)
    groups = read_groups(forms)
    known = Dictionaries(edition, materials, groups, {code: found for code, (found, _) in situations.items()})
    if not any((folder / "matters").glob("*.toml")):
        faults.add("matters", None, "", "没有事项")
    matters = {matter.code: matter for matter in (read_matter(table, known) for table in matter_files)}
    # A package is looked at as a whole only beside sound matters: one fault should not be told twice.
    sound = matters if not faults.found else None
    packages = tuple(read_package(table, known, sound) for table in package_files)
    elements = {field.code: field for group in groups.values() for field in group.fields}
    by_code = {package.code: package for package in packages}
    hints = read_hints(
        hint_file,
        None if faults.found else Known(elements, known.situations, licences, materials, matters, by_code),
    )
    if not faults.found:
        check_sources(forms, groups, licences, matters)
        check_holders(licence_file, groups, licences)
        warn_of_unused(situations, matters.values(), packages)
    faults.raise_if_any()
    catalogue = Catalogue(
        edition.version,
        edition.label,
        tuple(matters.values()),
        packages,
        tuple(known.situations.values()),
        tuple(materials.values()),
        tuple(groups.values()),
        tuple(licences.values()),
        hints,
    )
    return catalogue, faults.warnings


def _warn_of_strangers(folder: Path, faults: Faults) -> None:
    for path in sorted(folder.glob("*.toml")):
        if path.name not in _TOP:
            faults.warn(path.name, None, "", "不是目录的文件，没有读")


def _form_files(folder: Path, faults: Faults) -> list[Table]:
    names = sorted(f"fields/{path.name}" for path in (folder / "fields").glob("*.toml"))
    if (folder / "fields.toml").exists() or not names:
        names.insert(0, "fields.toml")
    return _read_all(folder, names, faults)


def _files(folder: Path, room: str, faults: Faults) -> list[Table]:
    return _read_all(folder, sorted(f"{room}/{path.name}" for path in (folder / room).glob("*.toml")), faults)


def _read_all(folder: Path, names: list[str], faults: Faults) -> list[Table]:
    tables = (read_toml(folder, name, faults) for name in names)
    return [table for table in tables if table is not None]
