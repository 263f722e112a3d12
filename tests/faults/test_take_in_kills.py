"""Killed anywhere between 'accept' and 'queued', a case is whole with its papers queued, or there is none."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, make_desk, open_for_writing
from clerk_app.services.drafts import load_draft
from clerk_app.services.papers import print_next
from clerk_app.services.take_in import primary_outcome, take_in
from clerk_app.store.folder import DataFolder
from clerk_app.store.verify import verify_store
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, ready_draft, sign_in_clerk

POINTS = (
    "take_in.begun",
    "append.begun",
    "append.inserted",
    "append.folded",
    "take_in.appended",
    "take_in.queued",
    "append.intended",
    "append.committed",
    "append.reported",
    "take_in.committed",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A practice store with a P31 draft that lacks nothing."""
    folder = tmp_path_factory.mktemp("prepared")
    with create_store(
        DataFolder(folder / "data", folder / "state"),
        clerk=CLERK,
        name="王例",
        password=PASSWORD,
        practice=True,
        cost=CHEAP,
    ) as store:
        desk = make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        return folder, ready_draft(desk, me, "P31").id


@pytest.fixture
def folder(prepared: tuple[Path, str], tmp_path: Path) -> tuple[DataFolder, str]:
    source, draft = prepared
    shutil.copytree(source, tmp_path / "copy")
    return DataFolder(tmp_path / "copy" / "data", tmp_path / "copy" / "state"), draft


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_the_case_with_its_papers_or_neither(folder: tuple[DataFolder, str], point: str) -> None:
    place, draft_id = folder
    in_child(lambda: _take_in(place, draft_id, point), killed=True)
    with open_for_writing(place, CLERK, PASSWORD) as store:
        cases, drafts = store.reads.cases(), store.reads.drafts_of(CLERK)
        jobs = store.reads.print_jobs("queued")
        if cases:
            assert (len(cases), len(drafts)) == (1, 0)
            assert [(job.case_number, job.document, job.copy) for job in jobs] == [
                (cases[0].number, "acceptance_notice", 1),
                (cases[0].number, "acceptance_notice", 2),
            ]
        else:
            assert ([row.id for row in drafts], jobs) == ([draft_id], [])
        assert bool(cases) == (POINTS.index(point) >= POINTS.index("append.committed"))
        assert verify_store(store).first_fault is None


@pytest.mark.parametrize("point", ["append.intended", "append.committed"])
def test_after_a_kill_the_same_draft_or_the_next_gets_a_number_of_its_own(
    folder: tuple[DataFolder, str], point: str
) -> None:
    place, draft_id = folder
    in_child(lambda: _take_in(place, draft_id, point), killed=True)
    with open_for_writing(place, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        draft = ready_draft(desk, me, "P14")
        take_in(desk, me, draft, primary_outcome(desk, me, draft))
        numbers = [row.number for row in store.reads.cases()]
        assert len(numbers) == len(set(numbers)) == (2 if point == "append.committed" else 1)


@pytest.mark.parametrize("point", ["print.marked", "print.handed_over"])
def test_a_kill_while_printing_never_prints_a_second_original_by_itself(
    folder: tuple[DataFolder, str], point: str
) -> None:
    place, draft_id = folder
    in_child(lambda: _take_in(place, draft_id, None))
    in_child(lambda: _print(place, point), killed=True)
    with open_for_writing(place, CLERK, PASSWORD) as store:
        states = [job.state for job in store.reads.prints_of_case(store.reads.cases()[0].number)]
        assert states == ["printing", "queued"]


def in_child(work: Callable[[], None], *, killed: bool = False) -> None:
    """Do `work` in a forked process and see that it ended as it should."""
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join(50)
    assert child.exitcode == (-9 if killed else 0)


def _take_in(place: DataFolder, draft_id: str, point: str | None) -> None:
    with open_for_writing(place, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        draft = load_draft(desk, me, draft_id)
        if point is not None:
            failpoints.arm(point)
        take_in(desk, me, draft, primary_outcome(desk, me, draft))


def _print(place: DataFolder, point: str) -> None:
    with open_for_writing(place, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        failpoints.arm(point)
        print_next(desk, me, _NoPaper())


class _NoPaper:
    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        assert pdf.startswith(b"%PDF")
        assert name.isascii()
