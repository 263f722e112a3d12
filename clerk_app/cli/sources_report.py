"""What `clerk catalogue sources` says: the form filled at an invented counter, and what of it had a source.

At this counter everybody stands whom a form may ask for, with a card that a reader read, and the library is the sample
of licences. Two households come in turn; a form counts as it was filled for the one about whom more is known. No
situation is answered and nothing is left out, so that everything that may apply counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain.filling import Evidence, ReadDocument
from clerk_app.domain.identity import LONG_TERM, IdentityDocument
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.packages import Package
from clerk_app.domain.prefill import Wanted
from clerk_app.domain.source_count import Counter, SourceCount, count_matter, count_package
from sync.hub.licences.library import Licence
from sync.hub.licences.load import sample_licences

_WORKER = IdentityDocument(
    "resident_id",
    name="周例安",
    sex="male",
    ethnicity_code="01",
    ethnicity="汉",
    birth_date="1992-02-16",
    address="例省例州市甲县乙镇丙村12号",
    number="999999199202160010",
    number_valid=True,
    issuer="例州市公安局甲县分局",
    valid_from="2014-05-08",
    valid_until="2034-05-08",
)
_ELDER = replace(
    _WORKER,
    name="林例秀",
    sex="female",
    birth_date="1941-02-15",
    number="999999194102150023",
    valid_until=LONG_TERM,
)
_OWNER = replace(_WORKER, name="陈例福", birth_date="1984-05-20", number="999999198405200110")
_OTHERS = ("agent", "legal_representative", "second_parent", "spouse", "guardian")

RESULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "B01": {
            "credit_code": "91999999MA0000001N",
            "established": "2026-11-23",
            "authority": "例州区市场监督管理局",
            "approved": "2026-11-23",
            "term_from": "2026-11-23",
            "term_until": "长期",
            "status": "存续",
        },
        "B04": {"credit_code": "92999999MA0000002N", "established": "2026-11-23"},
        "B16": {
            "number": "例交运管许可例字 99990001 号",
            "scope": "道路普通货物运输",
            "issuer": "例州区交通运输局",
            "issued": "2026-11-23",
            "valid_until": "2030-11-22",
        },
        "B24": {"tax": "已清税"},
        "B25": {"insurance": "正常参保"},
        "P10": {"grade": "二级", "number": "99999919410215002342"},
        "P39": {"certificate": "Z990000123"},
    }
)
"""What the departments' decisions bring, by matter of the sample catalogue."""


def body(catalogue: Catalogue, today: date, only: str | None = None) -> dict[str, Any]:
    """The count of every package and matter, or of the one package `only`; raise `NoSuchMatter` for another code."""
    packages = catalogue.packages if only is None else (catalogue.package(only),)
    matters = catalogue.matters if only is None else ()
    counters = _counters(catalogue, today)
    return {
        "version": catalogue.version,
        "packages": [
            _row(package, _best(_count_package(catalogue, package, at) for at in counters)) for package in packages
        ],
        "matters": [_row(matter, _best(count_matter(matter, at) for at in counters)) for matter in matters],
    }


def text(result: dict[str, Any]) -> str:
    """The same in words, for a person."""
    return "\n".join(line for row in (*result["packages"], *result["matters"]) for line in _lines(row))


def _lines(row: dict[str, Any]) -> Iterable[str]:
    yield (
        f"{row['code']} {row['name']}：要素 {row['asked']}，自动填 {row['sourced']}，要填 {row['typed']}"
        + (f"，前序结果带来 {row['brought']}" if row["brought"] else "")
        + ("" if row["complete"] else "，有来源没填上：")
    )
    for lacking in row["unfilled"]:
        yield f"  {lacking['code']} {lacking['label']}（{'，'.join(lacking['sources'])}）"


def _count_package(catalogue: Catalogue, package: Package, counter: Counter) -> SourceCount:
    return count_package(merge(package, catalogue.children(package)), counter)


def _counters(catalogue: Catalogue, today: date) -> tuple[Counter, ...]:
    kinds = {kind.code: kind for kind in catalogue.licence_kinds}
    library = {(licence.holder, licence.type): licence for licence in sample_licences()}

    def look_up(wanted: Wanted) -> LicenceFinding:
        return _finding(library.get((wanted.holder, catalogue.licence_type(wanted.kind))), today)

    return tuple(
        Counter(Evidence(_documents(applicant), results=RESULTS), kinds, catalogue.materials, look_up, today)
        for applicant in (_WORKER, _ELDER)
    )


def _documents(applicant: IdentityDocument) -> dict[str, ReadDocument]:
    others = {role: ReadDocument(_OWNER, "card") for role in _OTHERS}
    return {"applicant": ReadDocument(applicant, "card"), **others}


def _finding(licence: Licence | None, today: date) -> LicenceFinding:
    state = "none" if licence is None else licence.state_on(today)
    if licence is None or state != "valid":
        return LicenceFinding(state)
    return LicenceFinding(
        "valid",
        licence.number,
        licence.name,
        licence.issuer,
        licence.valid_from,
        licence.valid_until,
        licence.fields,
    )


def _best(counts: Iterable[SourceCount]) -> SourceCount:
    return max(counts, key=lambda count: count.filled)


def _row(item: Package | Matter, count: SourceCount) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "asked": count.asked,
        "lawful": count.lawful,
        "sourced": count.sourced,
        "typed": count.typed,
        "awaited": count.awaited,
        "brought": count.brought,
        "filled": count.filled,
        "complete": count.is_complete,
        "unfilled": [
            {"code": one.code, "label": one.label, "sources": list(one.sources), "elements": one.elements}
            for one in count.unfilled
        ],
    }
