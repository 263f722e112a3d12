"""Where the files of a catalogue come from: a folder of TOML, or the same tables from a workbook or the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.tables import Place, Table, TomlFile, read_toml
from clerk_app.catalogue.toml_lines import Path as KeyPath

HEAD, LICENCES, MATERIALS = "catalogue.toml", "licences.toml", "materials.toml"
SITUATIONS, FIELDS, HINTS = "situations.toml", "fields.toml", "hints.toml"
TOP = (HEAD, LICENCES, MATERIALS, SITUATIONS, FIELDS, HINTS)
ROOMS = ("fields", "matters", "packages")
_BESIDE = "seeds.toml"  # of the shipped sample; read by its tests only


class CatalogueFiles(Protocol):
    """The files of one catalogue."""

    def names(self) -> Sequence[str]:
        """Every file of it by its name in the catalogue (`matters/P31.toml`), in the order of reading."""

    def table(self, name: str, faults: Faults) -> Table | None:
        """The top table of a file; None, with one fault noted, if it cannot be read."""

    def strangers(self) -> Sequence[str]:
        """What lies among them and is no file of a catalogue."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """A folder of TOML files."""

    folder: Path

    def names(self) -> Sequence[str]:
        rooms = (sorted(f"{room}/{path.name}" for path in (self.folder / room).glob("*.toml")) for room in ROOMS)
        return [*(name for name in TOP if (self.folder / name).exists()), *(name for room in rooms for name in room)]

    def table(self, name: str, faults: Faults) -> Table | None:
        return read_toml(self.folder, name, faults)

    def strangers(self) -> Sequence[str]:
        known = {*TOP, _BESIDE}
        return sorted(path.name for path in self.folder.glob("*.toml") if path.name not in known)


@dataclass(frozen=True, slots=True)
class DataFiles:
    """Files that are in memory already. `places` tells where each key of a file was written, if not in such a file."""

    data: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[KeyPath, Place]] = field(default_factory=dict)

    def names(self) -> Sequence[str]:
        return list(self.data)

    def table(self, name: str, faults: Faults) -> Table | None:
        if name not in self.data:
            faults.add(name, None, "", "缺这个文件")
            return None
        return Table(TomlFile(name, "", faults, places=self.places.get(name)), (), self.data[name])

    def strangers(self) -> Sequence[str]:
        known = tuple(f"{room}/" for room in ROOMS)
        return [name for name in self.data if name not in TOP and not name.startswith(known)]
