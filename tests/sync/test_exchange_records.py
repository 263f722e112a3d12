"""Every lawful case makes valid records, whatever was typed; the documentation names every field.

`python -m tests.sync.test_exchange_records` writes the tables of docs/exchange.md again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.case import Case
from clerk_app.domain.identity import DocumentKind
from clerk_app.domain.materials import STATE_LABELS, allowed_states, material_body
from clerk_app.domain.outcomes import ACCEPTED, RECEIVED
from clerk_app.domain.ratings import GRADES
from sync.hub.exchange import codes
from sync.hub.exchange.mapping import CaseHistory, Rating, records_of
from sync.hub.exchange.records import RECORDS, RatingRecord, ResultRecord
from sync.hub.exchange.tables import TABLES
from tests.helpers.source import ROOT
from tests.unit.domain.builders import NOW, counter, folded_case, full_draft, hub_fact, matter, person, read, taken_in

DOCUMENT = ROOT / "docs" / "exchange.md"
BEGIN, END = "<!-- tables: made from the records -->\n", "<!-- end of the tables -->\n"

words = st.text(max_size=40)
reasons = words | st.integers(0, 5000).map(lambda size: "长" * size)


@st.composite
def histories(draw: st.DrawFn) -> CaseHistory:
    """A case in any state that the desk's and the hub's own rules can bring it to."""
    code = draw(st.sampled_from(["P14", "P31"]))
    outcome = draw(st.sampled_from([ACCEPTED, RECEIVED])) if code == "P31" else RECEIVED
    draft = read(full_draft(code), person(document=draw(st.sampled_from(_kinds())), name=draw(_names)))
    lawful = {need.code: allowed_states(need, "card") for need in matter(code).materials}
    items = tuple(
        replace(item, state=draw(st.sampled_from([s for s in lawful[item.code] if s not in ("missing", "deferred")])))
        for item in draft.materials
    )
    fact = taken_in(replace(draft, materials=items), outcome, counter(online=draw(st.booleans())))
    facts = [replace(fact, body={**fact.body, **draw(_powers(code))})]
    words = draw(_words(fact.stream)) if facts[0].body["power"] != "complete" else []
    if facts[0].body["power"] == "receive" and any(word.kind in _OF_AN_ACCEPTED for word in words):
        words = []
    facts += words
    case: Case = folded_case(*facts)
    grade = draw(st.none() | st.sampled_from(GRADES))
    rating = Rating("e" * 16, grade, NOW + draw(st.integers(0, 10**9))) if grade else None
    return CaseHistory("340399", case, tuple(facts), draw(_names), rating)


_OF_AN_ACCEPTED = ("case.suspended", "case.resumed", "case.extended")

_names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=30)


def _kinds() -> list[str]:
    return [kind for kind in get_args(DocumentKind) if kind != "unknown"]


def _powers(code: str) -> st.SearchStrategy[dict[str, Any]]:
    """Sometimes a matter that is completed at the counter, though no sample matter is yet."""
    return st.sampled_from([{}, {"power": "complete", "accepted_on": "2026-11-23"}] if code == "P31" else [{}])


def _words(stream: str) -> st.SearchStrategy[list[Any]]:
    decided = reasons.flatmap(
        lambda reason: st.sampled_from(["grant", "refuse"]).map(
            lambda result: [
                hub_fact(stream, "case.decided", {"result": result, "reason": reason, "child": None}, NOW + 9_000)
            ]
        )
    )
    returned = reasons.map(lambda reason: [hub_fact(stream, "case.returned", {"reason": reason, "child": None})])
    special = st.tuples(reasons, st.integers(0, 2)).map(lambda drawn: _special_words(stream, *drawn))
    return st.just([]) | decided | returned | special


def _special_words(stream: str, reason: str, count: int) -> list[Any]:
    """A special procedure that begins, ends, and is followed by an extension."""
    bodies: tuple[tuple[str, dict[str, Any]], ...] = (
        ("case.suspended", {"name": "鉴定", "reason": reason}),
        ("case.resumed", {"result": reason, "due_on": "2026-12-14"}),
        ("case.extended", {"reason": reason, "due_on": None}),
    )
    return [
        hub_fact(stream, kind, {**body, "child": None}, NOW + at * 1000, hub_seq=100 + at)
        for at, (kind, body) in enumerate(bodies[: count + 1])
    ]


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_lawful_case_makes_valid_records(history):
    made = records_of(history)
    kinds = [keyed.record.kind for keyed in made]
    case, ended = history.case, history.case.state.value in ("decided", "closed")
    assert case.intake is not None
    assert kinds.count("accept") == (case.intake.power != "receive" or ended)
    assert kinds.count("result") == ended
    assert kinds.count("rating") == (history.rating is not None)
    assert kinds.count("material") == len(case.intake.materials)
    assert kinds.count("process") >= len(history.facts)
    assert kinds.count("special") == len(case.special)
    assert len({(keyed.record.table, keyed.key) for keyed in made}) == len(made)
    assert records_of(history) == made


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_two_encodings_of_a_grade_are_always_opposite(history):
    records = [keyed.record for keyed in records_of(history)]
    ratings = [record for record in records if isinstance(record, RatingRecord)]
    results = [record for record in records if isinstance(record, ResultRecord)]
    if history.rating and results:
        assert int(ratings[0].satisfaction) + int(str(results[0].satisfaction)) == 6
    if history.rating:
        bad = history.rating.grade in ("dissatisfied", "very_dissatisfied")
        assert (int(ratings[0].satisfaction) <= 2) is bad


def test_every_grade_has_its_place_in_both_encodings():
    assert [codes.STANDARD_SATISFACTION[grade] for grade in GRADES] == ["1", "2", "3", "4", "5"]
    assert [codes.RATING_SATISFACTION[grade] for grade in GRADES] == ["5", "4", "3", "2", "1"]


def test_every_state_of_a_material_has_a_way_of_coming_in_or_did_not_come():
    draft = full_draft("P31")
    item = draft.materials[0]
    found = {state: codes.get_type(replace(item, state=state)) for state in STATE_LABELS}
    assert found == {"received": "1", "exempt": "3", "deferred": "4", "promised": "7", "missing": None}
    assert codes.get_type(replace(item, state="received", form="electronic")) == "2"
    assert material_body(item)["code"] == item.code


def test_a_person_is_known_to_the_rating_by_a_hash_alone():
    history = CaseHistory(
        "340399",
        folded_case(taken_in(full_draft("P14"), RECEIVED)),
        (taken_in(full_draft("P14"), RECEIVED),),
        "王例",
        Rating("e" * 16, "satisfied", NOW),
    )
    [rating] = [keyed.record for keyed in records_of(history) if isinstance(keyed.record, RatingRecord)]
    number = history.case.intake.applicant.number if history.case.intake else ""
    assert rating.certKey == hashlib.sha256(str(number).encode()).hexdigest()
    assert str(number) not in rating.model_dump_json()


# ---- the documentation --------------------------------------------------------------------------------------------


def written_tables() -> str:
    """The tables of the document as they should be."""
    return "\n".join(_table(record) for record in RECORDS)


def _table(record: Any) -> str:
    head = f"### `{record.table}`\n\n{record.__doc__.strip()}\n\n"
    head += "| column | meaning | width | value |\n| --- | --- | --- | --- |\n"
    rows = (
        f"| `{name}` | {field.title} | {_width(record, name)} | {field.description} |\n"
        for name, field in record.model_fields.items()
    )
    return head + "".join(rows)


def _width(record: Any, name: str) -> str:
    column = TABLES[record].c[name]
    kind = re.sub(r"VARCHAR\((\d+)\)", r"\1", str(column.type)).replace("DATETIME", "time").replace("INTEGER", "number")
    return kind if not column.nullable else f"{kind}, may be empty"


def test_the_document_names_every_field_of_every_record():
    text = DOCUMENT.read_text("utf-8")
    between = text.partition(BEGIN)[2].partition(END)[0]
    assert between == written_tables(), "run: python -m tests.sync.test_exchange_records"


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + written_tables() + END + rest.partition(END)[2], "utf-8")
