"""The licence library: asked at the counter, and after the sync about what was taken in without a line."""

from __future__ import annotations

import multiprocessing
import re
import threading
from contextlib import nullcontext
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, enrol_store, make_desk, open_sync_lane
from clerk_app.domain import case_number
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion
from clerk_app.domain.outcomes import ACCEPTED
from clerk_app.domain.taking_in import take_in
from clerk_app.errors import BadFile, NoSuchHall, PlatformUnreachable, UnlawfulStep
from clerk_app.seams import SystemClock, SystemRng
from clerk_app.services import drafts
from clerk_app.services import take_in as services_take_in
from clerk_app.services.cases import show_case
from clerk_app.services.licences import look_up, question_about, settle_recheck
from clerk_app.services.ports import LicenceLibrary
from clerk_app.store.folder import DataFolder
from sync import capabilities
from sync.engine import sync_once
from sync.hub.judge import load_facts
from sync.hub.licences.library import Licence
from sync.hub.licences.load import load_licences, read_licences, sample_licences
from sync.hub.licences.recheck import recheck_all
from sync.hub.schema import hub_facts, licence_requests, rechecks
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.licences import HubLicences
from sync.transport import HttpTransport
from sync.wire import Response
from tests.helpers.failpoints import names_of
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, ready_draft, sign_in_clerk
from tests.helpers.licences import KnownLicences
from tests.sync.conftest import DirectLine, open_platform_hub
from tests.sync.fakes import SeededRng
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import HALL
from tests.unit.domain.builders import TODAY, counter, full_draft, item, matter, other_person, person

PHOTO = Licence(holder="999999199202160010", type="M06", name="周例安", valid_until="2029-01-04")
CARD = Licence(holder="999999199202160010", type="M01", name="周例安", valid_until="2034-05-08")
OF_ANOTHER = Licence(holder="999999195001010019", type="M06")


def take_in_offline(desk: MemoryDesk, count: int = 1, *, someone=None) -> str:
    """P31 accepted without a line, the photo taken from the library on the clerk's word."""
    number = case_number.make(HALL, desk.enrolment.device, TODAY, count)
    draft = replace(full_draft("P31"), document=someone or person())
    photo = replace(item(draft, "M06"), state="exempt", form="none", copies=0, pages=0, check="pending")
    draft = draft.with_material(photo, draft.updated_at)
    body = take_in(draft, matter("P31"), ACCEPTED, replace(counter(online=False), number=number))
    desk.append(f"case/{number}", "case.taken_in", body)
    return number


def standing(platform, number):
    """How each subject of a case stands, as the hub folds it."""
    with platform.hub.store.reading() as connection:
        facts = load_facts(connection, HALL, [f"case/{number}"])[f"case/{number}"]
    folded = fold_stream(f"case/{number}", facts)
    assert not folded.conflicts
    return {known.subject: (known.state, known.reason) for known in folded.state.rechecks}


def said(platform) -> int:
    with platform.hub.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(hub_facts)).scalar_one())


def sync(platform, desk):
    assert sync_once(platform.lane(desk)).state == "done"


def heard(desk: MemoryDesk) -> list[tuple[str, str, str]]:
    """What the desk learnt from the feed."""
    facts = [received.fact for received in desk.facts.values() if received.fact.kind == "case.rechecked"]
    return sorted((fact.body["subject"], fact.body["result"], fact.body["reason"]) for fact in facts)


# ---- after the sync -----------------------------------------------------------------------------------------------


def test_what_the_library_confirms_comes_back_in_the_same_sync(platform):
    desk = platform.desk()
    load_licences(platform.hub, HALL, [PHOTO, CARD])
    number = take_in_offline(desk)
    sync(platform, desk)
    assert standing(platform, number) == {"document": ("confirmed", ""), "M06": ("confirmed", "")}
    assert heard(desk) == [("M06", "confirmed", ""), ("document", "confirmed", "")]
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize(
    ("licences", "photo", "card"),
    [
        ([OF_ANOTHER], ("differs", "not_found"), ("pending", "")),
        ([PHOTO.model_copy(update={"valid_until": "2026-11-22"})], ("differs", "expired"), ("pending", "")),
        ([PHOTO.model_copy(update={"valid_until": "2026-11-23"})], ("confirmed", ""), ("pending", "")),
        ([PHOTO, CARD.model_copy(update={"revoked": True})], ("confirmed", ""), ("differs", "revoked")),
        ([PHOTO.model_copy(update={"name": "周例岸"}), CARD], ("differs", "name_differs"), ("confirmed", "")),
        ([], ("pending", ""), ("pending", "")),
    ],
)
def test_what_differs_says_why_and_what_nobody_knows_waits(platform, licences, photo, card):
    desk = platform.desk()
    load_licences(platform.hub, HALL, licences)
    number = take_in_offline(desk)
    sync(platform, desk)
    assert standing(platform, number) == {"document": card, "M06": photo}


def test_a_library_that_is_filled_later_answers_what_waited(platform):
    desk = platform.desk()
    number = take_in_offline(desk)
    sync(platform, desk)
    assert heard(desk) == []
    load_licences(platform.hub, HALL, [PHOTO, CARD])
    assert recheck_all(platform.hub) == 2
    sync(platform, desk)
    assert standing(platform, number)["M06"] == ("confirmed", "")
    assert len(heard(desk)) == 2


def test_a_recheck_repeated_gives_one_fact(platform):
    desk = platform.desk()
    load_licences(platform.hub, HALL, [PHOTO, CARD])
    take_in_offline(desk)
    sync(platform, desk)
    before = said(platform)
    load_licences(platform.hub, HALL, [PHOTO.model_copy(update={"revoked": True})])
    assert [recheck_all(platform.hub), recheck_all(platform.hub)] == [0, 0]
    assert said(platform) == before == 2


def test_rechecks_of_many_processes_at_once_give_one_fact_each(platform):
    desk = platform.desk()
    for count in range(1, 9):
        take_in_offline(desk, count)
    sync(platform, desk)
    load_licences(platform.hub, HALL, [PHOTO, CARD])
    hubs = [platform.open_another(SeededRng(number)) for number in range(3)]
    threads = [threading.Thread(target=recheck_all, args=(hub,)) for hub in hubs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said(platform) == 16
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize("name", names_of("recheck"))
def test_killed_at_any_point_a_recheck_is_said_once(platform, name):
    desk = platform.desk()
    number = take_in_offline(desk)
    sync(platform, desk)
    load_licences(platform.hub, HALL, [PHOTO, CARD])
    platform.hub.close()

    def killed() -> None:
        failpoints.arm(name)
        recheck_all(open_platform_hub(platform.folder, platform.clock, platform.rng, platform.database.url))

    child = multiprocessing.get_context("fork").Process(target=killed)
    child.start()
    child.join(20)
    assert child.exitcode == -9
    platform.restart()
    recheck_all(platform.hub)
    assert said(platform) == 2
    assert {state for state, _reason in standing(platform, number).values()} == {"confirmed"}
    assert verify_hub(platform.hub).first_fault is None


def test_trouble_with_the_library_never_costs_a_desk_its_ack(platform, monkeypatch):
    def broken(*_arguments):
        raise OSError("the library is away")

    monkeypatch.setattr("sync.hub.licences.recheck._some", broken)
    desk = platform.desk()
    take_in_offline(desk)
    sync(platform, desk)
    assert len(desk.uploaded()) == 1


def test_a_case_settled_by_a_clerk_is_no_longer_open(platform):
    desk = platform.desk()
    load_licences(platform.hub, HALL, [OF_ANOTHER])
    number = take_in_offline(desk)
    sync(platform, desk)
    body = {"subject": "M06", "name": "近期免冠照片", "note": "已补交照片"}
    desk.append(f"case/{number}", "case.recheck_settled", body)
    sync(platform, desk)
    assert standing(platform, number)["M06"] == ("settled", "not_found")


def test_what_was_sent_to_be_rechecked_is_checked_by_verify(platform):
    desk = platform.desk()
    take_in_offline(desk)
    sync(platform, desk)
    assert verify_hub(platform.hub).projections_ok
    with platform.hub.store.writing() as connection:
        connection.execute(update(rechecks).values(holder="999999195001010019"))
    assert not verify_hub(platform.hub).projections_ok


# ---- at the counter -----------------------------------------------------------------------------------------------


def ask(platform, desk, *, line=None, **changes) -> LicenceFinding:
    """What the library tells the counter."""
    lane = platform.lane(desk, line)
    sync_once(platform.lane(desk))
    wanted = {"holder": PHOTO.holder, "type": "M06", "clerk": "0312", "matter": "P31", "visit": "0" * 16}
    question = LicenceQuestion(**{**wanted, "purpose": "exempt", **changes})
    return HubLicences(lambda: nullcontext(lane)).look_up(question)


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "valid"), ({"valid_until": "2020-01-01"}, "expired"), ({"revoked": True}, "revoked")],
)
def test_the_library_says_what_a_licence_says_only_while_it_is_good(platform, changes, state):
    desk = platform.desk()
    licence = PHOTO.model_copy(update={"fields": {"g.P1.name": "周例安"}, **changes})
    load_licences(platform.hub, HALL, [licence])
    answer = ask(platform, desk)
    assert answer.state == state
    assert answer.fields == ({"g.P1.name": "周例安"} if state == "valid" else {})


@pytest.mark.parametrize("kind", ["hub", "known"])
def test_every_library_answers_alike(platform, kind):
    """The contract of the port: the hub's library and the one of the tests."""
    question = LicenceQuestion(PHOTO.holder, "M06", "0312", "exempt", "P31", "0" * 16)
    desk = platform.desk()
    load_licences(platform.hub, HALL, [PHOTO, CARD.model_copy(update={"revoked": True})])
    sync_once(platform.lane(desk))
    lines = [True]
    known = KnownLicences()
    known.known = {
        (PHOTO.holder, "M06"): LicenceFinding("valid", name="周例安", valid_until="2029-01-04"),
        (CARD.holder, "M01"): LicenceFinding("revoked"),
    }

    class Line(DirectLine):
        def send(self, request):
            if not lines[0]:
                raise PlatformUnreachable
            return super().send(request)

    hub = HubLicences(lambda: nullcontext(platform.lane(desk, Line(platform.service))))
    library: LicenceLibrary = hub if kind == "hub" else known
    assert library.look_up(question) == LicenceFinding("valid", name="周例安", valid_until="2029-01-04")
    assert library.look_up(replace(question, type="M01")) == LicenceFinding("revoked")
    assert library.look_up(replace(question, type="M10")) == LicenceFinding("none")
    lines[0], known.away = False, True
    assert library.look_up(question) == UNAVAILABLE


def test_nobody_is_asked_about_without_a_line_in_the_log(platform):
    desk = platform.desk()
    assert ask(platform, desk, holder="999999195001010019").state == "none"
    with platform.hub.store.reading() as connection:
        [row] = connection.execute(select(licence_requests)).fetchall()
    assert (row.device, row.clerk, row.purpose, row.matter, row.visit) == ("001", "0312", "exempt", "P31", "0" * 16)
    assert (row.holder, row.type, row.answer) == ("999999195001010019", "M06", "none")


def test_a_token_is_asked_for_once_and_again_when_it_has_run_out(platform):
    desk, line = platform.desk(), DirectLine(platform.service)
    sync_once(platform.lane(desk))
    library = HubLicences(lambda: nullcontext(platform.lane(desk, line)))
    question = LicenceQuestion(PHOTO.holder, "M06", "0312", "exempt", "P31", "0" * 16)
    for _ in range(2):
        assert library.look_up(question).state == "none"
    assert [request.route for request in line.requests] == [
        "/v1/hello",
        "/v1/token",
        "/v1/licences",
        "/v1/licences",
    ]
    platform.clock.advance(3600)
    assert library.look_up(question).state == "none"


def test_a_hub_that_names_no_library_is_not_asked_about_anybody(platform, monkeypatch):
    desk, line = platform.desk(), DirectLine(platform.service)
    sync_once(platform.lane(desk))
    monkeypatch.setattr(capabilities, "ALL", tuple(set(capabilities.ALL) - {capabilities.ANSWERS_LICENCES}))
    library = HubLicences(lambda: nullcontext(platform.lane(desk, line)))
    assert library.look_up(LicenceQuestion(PHOTO.holder, "M06", "0312", "exempt", "P31", "0" * 16)) == UNAVAILABLE
    assert [request.route for request in line.requests] == ["/v1/hello"]


def test_without_a_line_or_with_a_portal_on_it_nothing_is_concluded(platform):
    class Away(DirectLine):
        def send(self, _request):
            raise PlatformUnreachable

    class Portal(DirectLine):
        def send(self, _request):
            return Response(200, {}, b'{"state":"valid"}')

    desk = platform.desk()
    load_licences(platform.hub, HALL, [PHOTO])
    for line in (Away(platform.service), Portal(platform.service)):
        assert ask(platform, desk, line=line) == UNAVAILABLE
    stranger = platform.desk("4 号窗口")
    stranger.private = desk.private
    assert (
        HubLicences(lambda: nullcontext(platform.lane(stranger))).look_up(
            LicenceQuestion(PHOTO.holder, "M06", "0312", "exempt", "P31", "0" * 16)
        )
        == UNAVAILABLE
    )


# ---- filling it ---------------------------------------------------------------------------------------------------


def test_the_sample_is_of_invented_people_alone():
    assert len(sample_licences()) >= 4
    # A person's number begins with the area, a credit code has it after two digits.
    assert all(re.match(r"(9[12])?999999", licence.holder) and "例" in licence.name for licence in sample_licences())


@pytest.mark.parametrize(
    "content",
    [
        "licences = 1",
        "not toml at all [",
        '[[licences]]\nholder = "1"\ntype = "M06"',
        '[[licences]]\nholder = "999999199202160010"\ntype = "M06"\nvalid_until = "soon"',
        '[[licences]]\nholder = "999999199202160010"\ntype = "M06"\nsurprise = 1',
    ],
)
def test_a_file_that_is_wrong_anywhere_is_refused_whole(tmp_path, content):
    (tmp_path / "licences.toml").write_text(content, "utf-8")
    with pytest.raises(BadFile):
        read_licences(tmp_path / "licences.toml")
    with pytest.raises(BadFile):
        read_licences(tmp_path / "nowhere.toml")


def test_a_hall_nobody_enrolled_in_has_no_library(platform):
    platform.desk()
    with pytest.raises(NoSuchHall):
        load_licences(platform.hub, "340399", [PHOTO])


def test_a_day_with_a_real_hub_process(tmp_path):
    """Taken in without a line, re-checked by the process that serves, and by the command that fills the library."""
    with RunningHub(tmp_path / "hub") as hub:
        out = tmp_path / "file"
        assert clerk_hub("enrol", "--data", hub.folder, "--device", "x", "--hall", HALL, "--out", out).returncode == 0
        desk = MemoryDesk.from_bytes(out.read_bytes(), SystemClock(), SystemRng())
        take_in_offline(desk, 1)
        with HttpTransport(hub.url) as line:
            lane = SyncLane(desk, line, SystemClock(), SystemRng())
            assert sync_once(lane).state == "done"
            done = clerk_hub_json("licences", "--data", hub.folder, "--sample", "--hall", HALL)
            assert done == {"licences": len(sample_licences()), "rechecked": 2}
            take_in_offline(desk, 2, someone=other_person())
            assert sync_once(lane).state == "done"
        assert heard(desk) == [
            ("M06", "confirmed", ""),
            ("M06", "differs", "expired"),
            ("document", "confirmed", ""),
            ("document", "differs", "revoked"),
        ]
        assert clerk_hub_json("licences", "--data", hub.folder)["rechecked"] == 0
        refused = clerk_hub("licences", "--data", hub.folder, "--sample")
        assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (1, 1)


def test_a_clerk_without_a_line_hears_after_the_sync_what_differs_and_settles_it(tmp_path):
    """Real store, real hub process: taken in on the library's word, re-checked, shown as a case for a person."""
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with RunningHub(tmp_path / "hub") as hub:
        out = tmp_path / "file"
        assert clerk_hub("enrol", "--data", hub.folder, "--device", "x", "--hall", HALL, "--out", out).returncode == 0
        clerk_hub_json("licences", "--data", hub.folder, "--sample", "--hall", HALL)
        made = create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP)
        with made as store:
            enrol_store(store, out, clerk=CLERK)
            lines = [False]
            desk = make_desk(store, is_online=lambda: lines[0])
            me = sign_in_clerk(desk, seal_at_hand=True)
            draft = ready_draft(desk, me, "P31", other_person())
            draft = drafts.receive_material(desk, me, draft, "M06", "exempt")
            question = question_about(me, draft, "M06")
            assert question is not None
            assert look_up(desk, question) == UNAVAILABLE
            number = services_take_in.take_in(desk, me, draft, ACCEPTED).number
            with open_sync_lane(store) as lane:
                assert sync_once(lane).state == "done"
            lines[0] = True
            assert look_up(desk, question).state == "expired"
            view = show_case(desk, number)
            assert [known.state for known in view.rechecks] == ["differs", "differs"]
            assert [row.number for row in store.reads.cases(kind="todo")] == [number]
            for known in view.rechecks:
                settle_recheck(desk, me, number, known.subject, "已电话通知补交")
            assert store.reads.cases(kind="todo") == []
            with pytest.raises(UnlawfulStep):
                settle_recheck(desk, me, number, "M06", "再来一次")
            with pytest.raises(UnlawfulStep):
                settle_recheck(desk, me, number, "M06", " ")
            with open_sync_lane(store) as lane:
                report = sync_once(lane)
            assert (report.state, report.parked) == ("done", 0)
        assert clerk_hub_json("verify", "--data", hub.folder)["first_fault"] is None
