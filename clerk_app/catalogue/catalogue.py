"""The catalogue: every matter and package a window knows, in one version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from clerk_app.catalogue.lazy import LazyItems
from clerk_app.catalogue.listed import Listed
from clerk_app.catalogue.search import Searchable, searchable
from clerk_app.domain.elements import FieldGroup
from clerk_app.domain.hints import HintRule
from clerk_app.domain.matter import Matter, MatterVersion
from clerk_app.domain.needs import LicenceKind, Material
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation
from clerk_app.errors import NoSuchMatter, NoSuchPackage

Item = TypeVar("Item", Matter, Package)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue. `label` is shown beside the version wherever the data is illustrative (示例数据).

    `situations`, `materials`, `groups` and `licence_kinds` are its dictionaries, `hints` the rules of its policy hints,
    all in the order of the files. `listing` and `index` are given by a catalogue whose items are made only when they
    are asked for.
    """

    version: MatterVersion
    label: str
    matters: Sequence[Matter]
    packages: Sequence[Package] = ()
    situations: Sequence[Situation] = ()
    materials: Sequence[Material] = ()
    groups: Sequence[FieldGroup] = ()
    licence_kinds: Sequence[LicenceKind] = ()
    hints: Sequence[HintRule] = ()
    listing: Callable[[], Sequence[Listed]] | None = field(default=None, compare=False, repr=False)
    index: Callable[[], Searchable] | None = field(default=None, compare=False, repr=False)

    def matter(self, code: str) -> Matter:
        """The matter with this code, in any case; raise `NoSuchMatter`."""
        found = _by_code(self.matters, code.upper())
        if found is None:
            raise NoSuchMatter(matter=code)
        return found

    def package(self, code: str) -> Package:
        """The package with this code, in any case; raise `NoSuchPackage`."""
        found = _by_code(self.packages, code.upper())
        if found is None:
            raise NoSuchPackage(package=code)
        return found

    def children(self, package: Package) -> dict[str, Matter]:
        """The matters of a package of this catalogue by code."""
        return {child.matter: self.matter(child.matter) for child in package.children}

    def listed(self) -> Sequence[Listed]:
        """Every package, then every matter, as the search knows them."""
        if self.listing is not None:
            return self.listing()
        return [_listed("package", item) for item in self.packages] + [_listed("matter", item) for item in self.matters]

    def searchable(self, readings: Callable[[], Mapping[str, str]]) -> Searchable:
        """What the search looks through: kept with the catalogue, or made now with the help of `readings`."""
        return self.index() if self.index is not None else searchable(self.listed(), readings())

    def licence_type(self, kind: str) -> str:
        """Under what a licence library keeps this kind: the first material it replaces; its own code if none."""
        replaced = (material.code for material in self.materials if material.licence == kind)
        return next(replaced, kind)

    def licence_kind(self, kept_as: str) -> str:
        """The kind of licence that a library keeps as `kept_as`; `kept_as` itself if it replaces no material."""
        replaced = (material.licence for material in self.materials if material.code == kept_as)
        return next((kind for kind in replaced if kind), kept_as)


def _by_code(items: Sequence[Item], code: str) -> Item | None:
    if isinstance(items, LazyItems):
        made: Item | None = items.by_code(code)
        return made
    return next((item for item in items if item.code == code), None)


def _listed(kind: Literal["matter", "package"], item: Matter | Package) -> Listed:
    return Listed(kind, item.code, item.name, item.aliases, item.channels, item.audiences)
