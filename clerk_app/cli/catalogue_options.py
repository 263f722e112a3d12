"""Which catalogue a command reads: the one named, else the one in force at this desk, else the shipped sample."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clerk_app.catalogue.catalogue import Catalogue
    from clerk_app.catalogue.shelf import Shelf


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Add `PATH` and `--data`."""
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="PATH", help="目录所在文件夹；不写为本机在用的目录，没有时为随软件的示例"
    )
    parser.add_argument("--data", type=Path, help="本机记录所在文件夹：看哪个目录在用")


def catalogue_of(args: argparse.Namespace) -> Catalogue:
    """The catalogue these options name; raises `BadCatalogue` or `CatalogueDamaged`."""
    from clerk_app.catalogue.loader import load_catalogue

    return _shelf(args).current() if args.path is None else load_catalogue(args.path)


def data_of(args: argparse.Namespace) -> Mapping[str, Mapping[str, Any]]:
    """The tables of its files by name; raises as `catalogue_of` does."""
    from clerk_app.catalogue.files import FolderFiles
    from clerk_app.catalogue.loader import SHIPPED, read_files

    in_force = _shelf(args).data() if args.path is None else {}
    return in_force or read_files(FolderFiles(args.path or SHIPPED)).data


def _shelf(args: argparse.Namespace) -> Shelf:
    """The shelf of the data folder, without what only a store needs: half a second of imports."""
    from clerk_app.catalogue.shelf import Shelf
    from clerk_app.cli.store_options import data_folder
    from clerk_app.seams import SystemDisk
    from clerk_app.services.shipped import shipped_catalogue

    return Shelf(data_folder(args).path, SystemDisk(), shipped_catalogue)
