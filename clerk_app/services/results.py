"""The result of a case or of a child of a package (结果登记): its document, the number on it, and what others wait for.

A department's decision brings it by itself. What was done at the counter (即办) has its result here: whoever handed the
licence over says what stands on it, so that nobody is asked for it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain import case_number
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import NUMBER_KEYS, CaseMatter, CaseResult, result_body
from clerk_app.domain.checking import check_field
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.civil import civil_date
from clerk_app.domain.elements import Field
from clerk_app.domain.matter import Matter
from clerk_app.domain.sources import source_of
from clerk_app.errors import CaseTextsElsewhere, CatalogueDamaged, NoSuchMatter, UnlawfulStep
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.papers import catalogue_of, load_case

NAME, NUMBER = 200, 100
"""The longest name and number of a document that the exchange takes."""


@dataclass(frozen=True, slots=True)
class ResultToRegister:
    """A case, or a child of a package, that is granted. `number` is its own, of 22 or 24 digits.

    `document` is what the catalogue calls the result, empty where it is not known here. `fields` are the elements its
    data fill, by the key of the data; `waiting`: somebody waits for one of them that is not there yet. `result` is what
    was registered already. `can_register` is false where the catalogue of its time is not at this desk, or another one
    of that version: `document` and `fields`, by which what is said would be judged, are not known then.
    """

    number: str
    matter_name: str
    document: str
    fields: Mapping[str, Field]
    waiting: bool
    result: CaseResult | None
    can_register: bool = True

    @property
    def number_is_data(self) -> bool:
        """Whether its data hold the number on the document, so that nobody writes it twice."""
        return any(key in self.fields for key in NUMBER_KEYS)


def results_to_register(desk: Desk, case: Case) -> tuple[ResultToRegister, ...]:
    """Everything of a case that has a result which can be said, in the order of the paper."""
    if case.intake is None:
        return ()
    catalogue: Catalogue | None
    try:
        catalogue = catalogue_of(desk, case.intake.matter.version)
    except (CaseTextsElsewhere, CatalogueDamaged):
        # The case can still be looked at: what it awaits and what was said are in its entries.
        catalogue = None
    awaited = case.intake.package.awaited if case.intake.package else ()
    wanted = {text for one in awaited if one.code not in case.brought for text in one.sources}
    parts: Sequence[tuple[str, CaseMatter, Case | ChildCase]] = (
        [(child.number, child.matter, child) for child in case.children]
        if case.children
        else [(case.number, case.intake.matter, case)]
    )
    return tuple(_of(number, matter, part, catalogue, wanted) for number, matter, part in parts if part.is_granted)


def register_result(
    desk: Desk,
    me: SignedIn,
    number: str,
    *,
    document: str = "",
    document_number: str = "",
    brings: Mapping[str, str],
    corrects: bool = False,
) -> None:
    """Register the result of a case, or of the child of a package that `number` (24 digits) names.

    Raises `NoSuchCase`, `CaseTextsElsewhere` or `CatalogueDamaged` where the catalogue it began with cannot be read
    here, and `UnlawfulStep` where it is not granted, has a result already (unless this corrects it),
    says nothing, or says something that its element does not take.
    """
    case = load_case(desk, number)
    whole = case_number.package_of(number.replace(" ", ""))
    named = case.number if whole == number.replace(" ", "") else number.replace(" ", "")
    found = next((one for one in results_to_register(desk, case) if one.number == named), None)
    if found is None:
        raise UnlawfulStep(reason="not_granted")
    if not found.can_register:
        assert case.intake is not None
        version = case.intake.matter.version
        catalogue_of(desk, version)
        raise CaseTextsElsewhere(version=version)  # the same name, and yet another catalogue
    said = {key: value.strip() for key, value in brings.items() if value.strip()}
    document, document_number = document.strip() or found.document, document_number.strip()
    if not said and not document_number:
        raise UnlawfulStep(reason="result_empty")
    if faults(desk, found, said) or len(document) > NAME or len(document_number) > NUMBER:
        raise UnlawfulStep(reason="result_faulty")
    child = {"child": named, "child_name": found.matter_name} if case.children else {"child": None}
    body = {**child, **result_body(document, document_number, said), "corrects": corrects}
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"case/{case.number}", "case.result_registered", body)
        unit.commit()


def faults(desk: Desk, asked: ResultToRegister, said: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the data of a result, by key, in a sentence each."""
    today = civil_date(desk.clock.now_ms())
    # What the result does not say is left empty: nobody is made to write it.
    found = {
        key: check_field(replace(field, required=False), said.get(key, ""), today)
        for key, field in asked.fields.items()
    }
    return {key: fault.message for key, fault in found.items() if fault is not None}


def _of(
    number: str, matter: CaseMatter, part: Case | ChildCase, catalogue: Catalogue | None, wanted: Collection[str]
) -> ResultToRegister:
    awaited = {source.key for source in map(source_of, wanted) if source.of == matter.code}
    known = _known(catalogue, matter.code)
    if catalogue is None or known is None:
        return ResultToRegister(number, matter.name, "", {}, bool(awaited), part.result, can_register=False)
    fields: dict[str, Field] = {}
    for group in catalogue.groups:
        for field in group.fields:
            if field.code in known.produces.fields:
                fields |= {one.key: field for one in field.sources if (one.origin, one.of) == ("result", matter.code)}
    waiting = not awaited.isdisjoint(fields)
    return ResultToRegister(number, matter.name, known.result, fields, waiting, part.result)


def _known(catalogue: Catalogue | None, code: str) -> Matter | None:
    try:
        return catalogue.matter(code) if catalogue else None
    except NoSuchMatter:
        return None
