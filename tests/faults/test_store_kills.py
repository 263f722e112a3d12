"""Killed anywhere, the store opens, verifies, and holds every act that was reported."""

import itertools
import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.helpers.failpoints import SUITES, all_names, names_of, untested
from tests.helpers.forked_parent import ForkedParent

POINTS = names_of("append", "disk", "vault")
KILLS = 21  # at each failpoint; the promise is at least 20
APPENDS = 1_000
SEED = 20261122
WORKERS = 2
CLERK = "tests.helpers.crashing_clerk"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


class Ledger:
    """What one clerk was told, and what may have happened in the moment of a kill."""

    def __init__(self):
        self.entries = []
        self.known = []  # as found when last looked
        self.drafts = {}
        self.blobs = {}
        self.jobs = []
        self.numbers = []
        self.announced = []

    @property
    def blob_keys(self):
        return {blob: key for blob, (key, _) in self.blobs.items()}

    def hear(self, said):
        """Go through what a child said: what it found when it began, then what it did."""
        for word in said:
            if isinstance(word, dict):
                self.compare(word)
            elif word[0] == "will":
                self.announced.append(word[1:])
            else:
                self.announced = [other for other in self.announced if other != word[1:]]
                self._believe(*word[1:])

    def _believe(self, what, *values):
        if what == "entry":
            self.entries += values
        elif what == "draft":
            self.drafts[values[0]] = values[1]
        elif what == "blob":
            self.blobs[values[0]] = (values[1], values[2])
        elif what == "jobs":
            self.jobs += values[0]
        else:
            self.numbers += values

    def compare(self, found):
        """Everything told is there; of what was only announced, all or nothing; nothing else."""
        assert found["fault"] is None
        assert found["left_over"] == []
        assert found["entries"][: len(self.known)] == self.known
        announced = [word[1] for word in self.announced if word[0] == "entry"]
        fresh = found["entries"][len(self.known) :]
        told = [entry for entry in self.entries if entry not in set(self.known)]
        assert fresh in (told, told + announced)
        self._compare_drafts(found["drafts"], happened=bool(announced) and fresh != told)
        assert found["blobs"] == {blob: digest for blob, (_, digest) in self.blobs.items()}
        assert set(self.jobs) <= set(found["jobs"])
        assert self.numbers == sorted(set(self.numbers))
        self.known, self.entries = found["entries"], list(found["entries"])
        self.drafts = dict(found["drafts"])
        self.announced = []

    def _compare_drafts(self, found, *, happened):
        told = {draft: content for draft, content in self.drafts.items() if content is not None}
        announced = {word[1]: word[2] for word in self.announced if word[0] == "draft"}
        then = {draft: content for draft, content in {**told, **announced}.items() if content is not None}
        possible = [then] if happened else [told, then] if not self._with_entry else [told]
        assert found in possible

    @property
    def _with_entry(self):
        return any(word[0] == "entry" for word in self.announced)


def a_share_of_the_kills(places, share):
    """One worker's kills, spread over its stores; how often each point killed, and how many appends were told."""
    kills: Counter[str] = Counter()
    appends = 0
    ledgers = {place: Ledger() for place in places}
    more = zip(itertools.cycle(POINTS), itertools.count(SEED + 10_000), strict=False)
    with ForkedParent(CLERK) as parent:
        for place in places:
            parent.run("create", place=str(place))
        for point, seed in itertools.chain(share, more):
            if kills.total() >= len(share) and appends >= APPENDS // WORKERS:
                break
            place = places[kills.total() % len(places)]
            passes = random.Random(seed).randint(1, 5)
            blobs = ledgers[place].blob_keys
            run = parent.run("act", place=str(place), seed=seed, point=point, passes=passes, blobs=blobs)
            assert run.killed
            ledgers[place].hear(run.said)
            kills[point] += 1
            appends += sum(1 for word in run.said if isinstance(word, list) and word[:2] == ["did", "entry"])
        for place, ledger in ledgers.items():
            ledger.hear(parent.run("look", place=str(place), blobs=ledger.blob_keys).said)
            assert ledger.known
    return kills, appends


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_appends_with_kills_at_every_failpoint_lose_nothing_that_was_told(quick_place):
    turns = [(point, SEED + number) for number, point in enumerate(POINTS * KILLS)]
    random.Random(SEED).shuffle(turns)
    shares = [turns[worker::WORKERS] for worker in range(WORKERS)]
    places = [[quick_place / f"{worker}-{number}" for number in range(4)] for worker in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as workers:
        results = list(workers.map(a_share_of_the_kills, places, shares))
    kills: Counter[str] = sum((kills for kills, _ in results), Counter())
    assert min(kills[point] for point in POINTS) >= 20
    assert sum(appends for _, appends in results) >= APPENDS


@pytest.mark.timeout(120)
def test_a_kill_while_a_store_is_made_leaves_none_or_a_whole_one(quick_place):
    with ForkedParent(CLERK) as parent:
        for number, point in enumerate(names_of("create") * 20 + names_of("disk") * 6):
            place = quick_place / str(number)
            passes = number % 5 + 1 if point.startswith("disk.") else 1
            assert parent.run("create", place=str(place), point=point, passes=passes).killed
            [found] = parent.run("create_again_and_look", place=str(place)).said
            assert (found["fault"], found["entries"], found["left_over"]) == (None, [], [])


def test_the_test_notices_a_clerk_who_was_told_too_early(tmp_path):
    with ForkedParent(CLERK) as parent:
        parent.run("create", place=str(tmp_path))
        ledger = Ledger()
        run = parent.run("act_and_tell_too_early", place=str(tmp_path), seed=1, point="append.intended")
        assert run.killed
        ledger.hear(run.said)
        found = parent.run("look", place=str(tmp_path), blobs={}).said
        with pytest.raises(AssertionError):
            ledger.hear(found)


# ---- every failpoint has a test -----------------------------------------------------------------------------------


def test_every_failpoint_of_the_product_is_passed_by_a_test():
    assert untested(all_names(), SUITES) == []


def test_a_failpoint_that_nobody_tests_is_found():
    assert untested(["append.begun", "append.new", "unheard.of"], SUITES) == ["unheard.of"]
    assert untested(["take_in.begun", "take_in.new"], SUITES) == ["take_in.new"]
