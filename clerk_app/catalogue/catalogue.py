"""The catalogue: every matter and package a window knows, in one version."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.elements import FieldGroup
from clerk_app.domain.hints import HintRule
from clerk_app.domain.matter import Matter, MatterVersion
from clerk_app.domain.needs import LicenceKind, Material
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation
from clerk_app.errors import NoSuchMatter, NoSuchPackage


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue. `label` is shown beside the version wherever the data is illustrative (示例数据).

    `situations`, `materials`, `groups` and `licence_kinds` are its dictionaries, `hints` the rules of its policy hints,
    all in the order of the files.
    """

    version: MatterVersion
    label: str
    matters: tuple[Matter, ...]
    packages: tuple[Package, ...] = ()
    situations: tuple[Situation, ...] = ()
    materials: tuple[Material, ...] = ()
    groups: tuple[FieldGroup, ...] = ()
    licence_kinds: tuple[LicenceKind, ...] = ()
    hints: tuple[HintRule, ...] = ()

    def matter(self, code: str) -> Matter:
        """The matter with this code, in any case; raise `NoSuchMatter`."""
        for matter in self.matters:
            if matter.code == code.upper():
                return matter
        raise NoSuchMatter(matter=code)

    def package(self, code: str) -> Package:
        """The package with this code, in any case; raise `NoSuchPackage`."""
        for package in self.packages:
            if package.code == code.upper():
                return package
        raise NoSuchPackage(package=code)

    def children(self, package: Package) -> dict[str, Matter]:
        """The matters of a package of this catalogue by code."""
        return {child.matter: self.matter(child.matter) for child in package.children}

    def licence_type(self, kind: str) -> str:
        """Under what a licence library keeps this kind: the first material it replaces; its own code if none."""
        replaced = (material.code for material in self.materials if material.licence == kind)
        return next(replaced, kind)

    def licence_kind(self, kept_as: str) -> str:
        """The kind of licence that a library keeps as `kept_as`; `kept_as` itself if it replaces no material."""
        replaced = (material.licence for material in self.materials if material.code == kept_as)
        return next((kind for kind in replaced if kind), kept_as)
