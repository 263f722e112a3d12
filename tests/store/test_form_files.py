"""Elements of type `file` (文件) at a counter with a real store: attached, replaced, removed, taken in and named."""

import base64
import json
from dataclasses import replace

import pytest
from sqlalchemy import delete

from clerk_app.domain.civil import civil_date
from clerk_app.domain.form import missing
from clerk_app.domain.one_thing import payload
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.errors import BadFile, Incomplete, UnlawfulStep
from clerk_app.services import drafts
from clerk_app.services.papers import compose_notice
from clerk_app.services.scans import Scan, read_scan
from clerk_app.services.take_in import take_in
from clerk_app.store.schema import blobs
from clerk_app.store.verify import verify_store
from sync.blobs import blobs_in
from tests.helpers.catalogues import put_in_force, with_files
from tests.helpers.intake import ready_package
from tests.helpers.pdfs import pdf_of
from tests.helpers.stores import START_MS
from tests.store.test_packages import counter

LAYOUT, VIEW = "g.A1.layout", "g.A1.view"
PLAN = Scan(pdf_of(3), "application/pdf", "布局图.pdf", 3)
PICTURE = Scan(b"\xff\xd8 picture", "image/jpeg", "效果.jpg")
ANSWERS = {"q.sign": "有", "q.lit": "不发光", "g.F1.area": "120"}


@pytest.fixture
def at(tmp_path):
    """A desk whose catalogue asks for files, its clerk, and a package that lacks nothing but one."""
    with counter(tmp_path) as (desk, me):
        put_in_force(desk.journal.folder, tmp_path / "catalogue", with_files())
        draft = ready_package(desk, me, "PK01", ANSWERS)
        yield desk, me, drafts.fill_fields(desk, me, draft, {LAYOUT: "", VIEW: ""})


def lacking(desk, draft):
    today = civil_date(desk.clock.now_ms())
    return [item.anchor for item in missing(drafts.matter_of(desk, draft), draft, today)]


def blob(draft):
    found = draft.values[LAYOUT].blob
    assert found is not None
    return found


def taken(desk, me, draft):
    number = take_in(desk, me, draft, RECEIVED).number
    return number, desk.journal.reads.fold(f"case/{number}").state


def test_an_element_that_wants_a_file_is_missing_until_one_is_attached(at):
    desk, me, draft = at
    assert lacking(desk, draft) == [LAYOUT]
    with pytest.raises(Incomplete):
        take_in(desk, me, draft, RECEIVED)
    drafts.attach_file(desk, me, draft, LAYOUT, PLAN)
    (kept,) = drafts.my_drafts(desk, me)
    assert lacking(desk, kept) == []
    given, ref = kept.values[LAYOUT], blob(kept)
    assert (given.source, given.words, given.value) == ("typed", "布局图.pdf，3 页", ref.id)
    assert desk.journal.vault.get(ref.id, base64.b64decode(ref.key)) == PLAN.content


def test_another_file_takes_its_place_and_it_can_be_taken_out_again(at):
    desk, me, draft = at
    first = drafts.attach_file(desk, me, draft, LAYOUT, PLAN)
    second = drafts.attach_file(desk, me, first, LAYOUT, PICTURE)
    assert second.values[LAYOUT].words == "效果.jpg，1 页"
    assert lacking(desk, drafts.fill_fields(desk, me, second, {LAYOUT: ""})) == [LAYOUT]


def test_a_number_typed_in_is_no_file(at):
    desk, me, draft = at
    assert lacking(desk, drafts.fill_fields(desk, me, draft, {LAYOUT: "0" * 64})) == [LAYOUT]
    with pytest.raises(UnlawfulStep) as refused:
        drafts.attach_file(desk, me, draft, "g.F1.area", PLAN)
    assert refused.value.data["reason"] == "not_a_file_element"


def test_one_file_goes_to_every_child_that_asks_for_it_and_travels_with_the_case(at):
    desk, me, draft = at
    draft = drafts.attach_file(desk, me, draft, LAYOUT, PLAN)
    one = drafts.one_thing_of(desk, draft)
    assert one is not None
    assert {code: payload(one, code, draft.values, {}).values.get(LAYOUT) for code in ("B04", "B05", "B06")} == {
        "B04": None,
        "B05": draft.values[LAYOUT],
        "B06": draft.values[LAYOUT],
    }
    number, case = taken(desk, me, draft)
    assert case.intake.fields[LAYOUT].blob == blob(draft)
    assert [child.matter.code for child in case.children if LAYOUT in child.fields] == ["B05", "B06"]
    (fact,) = desk.journal.reads.facts(f"case/{number}")
    assert [named.id for named in blobs_in(json.dumps(fact.body).encode())] == [blob(draft).id]
    assert desk.journal.reads.backlog().blobs == 1
    assert verify_store(desk.journal).first_fault is None


def test_a_file_that_is_lost_is_found_missing(at):
    desk, me, draft = at
    draft = drafts.attach_file(desk, me, draft, LAYOUT, PLAN)
    taken(desk, me, draft)
    with desk.journal.write(me.clerk) as unit:
        unit.connection.execute(delete(blobs))
        unit.commit()
    found = verify_store(desk.journal)
    assert (found.blobs_ok, found.first_fault) == (False, f"blob {blob(draft).id}")


def test_the_paper_says_which_file_was_handed_in_with_its_pages(at):
    desk, me, draft = at
    number, _ = taken(desk, me, drafts.attach_file(desk, me, draft, LAYOUT, PLAN))
    notice = compose_notice(desk, number, "receipt", copy=1, reprint=False, printed_at=START_MS)
    row = notice.materials[-1]
    assert (row.name, row.form, row.copies) == ("场所布局图（布局图.pdf，3 页）", "电子件", "1 份 3 页")
    assert row.used_by == "市监、城管"
    assert desk.renderer.render(notice).startswith(b"%PDF")


def test_a_name_that_cannot_be_printed_stands_in_nobodys_way(at):
    desk, me, draft = at
    strange = replace(PLAN, name="图\U0001f600.pdf")
    number, _ = taken(desk, me, drafts.attach_file(desk, me, draft, LAYOUT, strange))
    notice = compose_notice(desk, number, "receipt", copy=1, reprint=False, printed_at=START_MS)
    assert notice.materials[-1].name == "场所布局图（图_.pdf，3 页）"
    assert desk.renderer.render(notice).startswith(b"%PDF")


def test_the_pages_of_a_pdf_are_counted_and_a_broken_one_is_refused_by_name(tmp_path):
    for name, content in {"图.pdf": pdf_of(7), "坏.pdf": b"%PDF-1.7", "空.jpg": b"", "表.xlsx": b"PK"}.items():
        (tmp_path / name).write_bytes(content)
    assert read_scan(tmp_path / "图.pdf").pages == 7
    for name in ("坏.pdf", "空.jpg", "表.xlsx", "没有.png"):
        with pytest.raises(BadFile) as refused:
            read_scan(tmp_path / name)
        assert refused.value.data["reason"].startswith(name)
