"""The simulation can see: hubs and desks with one promise taken out are caught by it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from clerk_app.journal.hub_facts import Ack
from clerk_app.journal.hub_keys import KeyList
from sync import client, wire
from sync.batch import decode_batch
from sync.hub import order, push
from sync.hub.schema import blob_names, chains, entries
from sync.hub.service import HubService
from sync.schemas import AckMessage, PushAnswer
from tests.sync.simulation import Broken, Simulation

SEEDS = range(5000, 5012)
HUNTED = range(5000, 5300)
"""As many as the simulations of a whole run: a broken promise need not show in the first few."""


class BrokenHub(HubService):
    """Stores batches in a way of its own."""

    def _route(self, request):
        if request.route != "/v1/push":
            return super()._route(request)
        return wire.json_response(200, self.push_badly(request).model_dump_json())

    def push_badly(self, request):
        raise NotImplementedError


class ForgetsWhatItHas(BrokenHub):
    """Stores a batch that comes twice a second time."""

    def push_badly(self, request):
        device, batch = self._device(request), decode_batch(request.body)
        with self._hub.store.writing() as connection:
            mine = (entries.c.region == device.region, entries.c.chain == batch.chain, entries.c.seq >= batch.first)
            again = connection.execute(delete(entries).where(*mine)).rowcount
            if again:
                connection.execute(
                    delete(blob_names).where(blob_names.c.chain == batch.chain, blob_names.c.seq >= batch.first)
                )
                this = (chains.c.region == device.region, chains.c.chain == batch.chain)
                connection.execute(update(chains).where(*this).values(seq=batch.first - 1, head=batch.prev))
        return self.push(request)


class AcksBeforeItCommits(BrokenHub):
    """Signs first and stores afterwards, and sometimes dies in between."""

    def push_badly(self, request):
        batch = decode_batch(request.body)
        if batch.seq % 3:
            return self.push(request)
        ack = Ack(self._hub.identity, batch.chain, batch.first, batch.seq, batch.head, batch.seq, True)
        return PushAnswer(acks=[AckMessage.of(self._hub.keys.sign_ack(ack))])


class NumbersOnArrival(BrokenHub):
    """Gives a batch its numbers as it arrives, and stores it when its turn comes."""

    meanwhile = staticmethod(lambda: None)

    def push_badly(self, request):
        device, batch = self._device(request), decode_batch(request.body)
        mine = (chains.c.region == device.region, chains.c.chain == batch.chain)
        with self._hub.store.reading() as connection:
            seq = connection.execute(select(chains.c.seq).where(*mine)).scalar_one_or_none() or 0
        if not seq + 1 == batch.first <= batch.seq:
            return self.push(request)
        with self._hub.store.writing() as connection:
            first = order.take_numbers(connection, device.region, len(batch.entries))
        self.meanwhile()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(push, "take_numbers", lambda _connection, _region, _count: first)
            return self.push(request)


class Crowded(Simulation):
    """Others are answered between the arrival of a batch and its commit, as by several processes."""

    def answer(self, request):
        assert isinstance(self._service, NumbersOnArrival)
        self._service.meanwhile = self.meanwhile
        return super().answer(request)


def is_caught(quick_place, simulation=Simulation, **variant):
    for seed in HUNTED:
        try:
            simulation(seed, quick_place / str(seed), is_timed=False, **variant).run()
        except Broken:
            return True
    return False


def test_a_hub_without_dedupe_is_caught(quick_place):
    assert is_caught(quick_place, service=ForgetsWhatItHas)


def test_a_feed_in_the_order_of_arrival_is_caught(quick_place):
    assert is_caught(quick_place, Crowded, service=NumbersOnArrival)


def test_an_ack_before_the_commit_is_caught(quick_place):
    assert is_caught(quick_place, service=AcksBeforeItCommits)


def test_a_desk_that_believes_unsigned_acks_is_caught(quick_place, monkeypatch):
    monkeypatch.setattr(client, "_prove", lambda _request, _answer, _keys: None)
    monkeypatch.setattr(KeyList, "verifies_ack", lambda _keys, _signed: True)
    assert is_caught(quick_place)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seeds_are_fine_with_every_promise_in_place(seed, quick_place):
    Simulation(seed, quick_place, is_timed=False).run()
