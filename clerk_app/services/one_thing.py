"""What a matter or a package asks for certain answers, by one rule for both."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain.given_notice import NoticeSubject
from clerk_app.domain.merge import merge
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.packages import alone, is_package
from clerk_app.errors import NoSuchMatter, NotOptional
from clerk_app.services.drafts import one_thing


def thing_of(
    catalogue: Catalogue, code: str, answers: Mapping[str, str], without: Collection[str] = ()
) -> tuple[OneThing, NoticeSubject]:
    """What `code` asks for these answers without these optional children, and what it is called.

    Raises `NoSuchMatter`, `NoSuchPackage`, and `NotOptional` for a child that cannot be left out.
    """
    code = code.upper()
    if is_package(code):
        package = catalogue.package(code)
        optional = {child.matter for child in package.children if child.optional}
        subject = NoticeSubject("package", package.code, package.version, package.name)
    else:
        matter, optional = catalogue.matter(code), set[str]()
        subject = NoticeSubject("matter", matter.code, matter.version, matter.name)
    for left in sorted(without):
        if left not in optional:
            raise NotOptional(matter=left, package=code)
    if is_package(code):
        return one_thing(catalogue, code, answers, without), subject
    return merge(alone(matter), {code: matter}, answers), subject


def names_of(catalogue: Catalogue, one: OneThing) -> dict[str, str]:
    """The names of the children that take no part, by code, as far as the catalogue knows them."""
    names: dict[str, str] = {}
    for dropped in one.dropped:
        try:
            names[dropped.matter] = catalogue.matter(dropped.matter).name
        except NoSuchMatter:
            continue
    return names
