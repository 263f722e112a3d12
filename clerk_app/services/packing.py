"""A catalogue made ready to be published: read, found sound, packed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clerk_app.catalogue.files import CatalogueFiles, FolderFiles
from clerk_app.catalogue.loader import Reading, read_files
from clerk_app.catalogue.packed import MOST_PACKED, pack
from clerk_app.errors import BadFile


@dataclass(frozen=True, slots=True)
class PackedCatalogue:
    """A sound catalogue as it travels; `warnings` is what is probably not meant in it."""

    version: str
    content: bytes
    warnings: tuple[str, ...] = ()


def read_packed(source: Path) -> PackedCatalogue:
    """The catalogue in a folder or a workbook; raise `BadCatalogue` with every fault, `BadFile` for one too large."""
    return packed(read_files(FolderFiles(source) if source.is_dir() else _workbook(source)))


def packed(reading: Reading) -> PackedCatalogue:
    """A catalogue that was read, packed; raise `BadFile` for one that no desk would take."""
    content = pack(reading.data)
    if len(content) > MOST_PACKED:
        raise BadFile(reason="目录太大")
    return PackedCatalogue(reading.catalogue.version, content, tuple(one.text for one in reading.warnings))


def _workbook(path: Path) -> CatalogueFiles:
    # Imported by those who publish a workbook only.
    from clerk_app.catalogue.workbook.read import read_workbook

    return read_workbook([path])
