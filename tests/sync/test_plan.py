"""The planner alone: a world in which every operation does what it says, in any starting situation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.journal.exchange import WantedCase
from sync import capabilities
from sync.plan import (
    LEAST_SHARE,
    MAX_PUSHES,
    MAX_PUSHES_WHEN_QUICK,
    MAX_TRANSFERS,
    AskBlobs,
    Authenticate,
    BlobView,
    ChainView,
    Compare,
    Confirm,
    CutChain,
    Hello,
    Knowledge,
    OfferEntries,
    OfferFacts,
    Probe,
    Push,
    ReadFeed,
    Register,
    RestartFeed,
    SendPiece,
    SendPieces,
    TakeBack,
    TakeUp,
    WaitingView,
    plan,
)

ALL_OF_THEM = frozenset(capabilities.ALL)
READY = Knowledge(greeted=True, registered=True, authenticated=True, met=True, compared=True)
PIECE = 100
TRULY_AGREED = 4
"""Up to here both ends agree, in the world of these tests."""
ALONE = (Hello, Register, Authenticate, Compare, Probe, CutChain, TakeBack)


@st.composite
def situations(draw):
    """Any knowledge a desk may have, lawful or strange."""
    names = draw(st.lists(st.sampled_from("abcd"), unique=True))
    sizes = st.integers(0, 9)
    chains = []
    for name in names:
        seq = draw(st.integers(1, 9))
        chains.append(
            ChainView(
                name,
                seq,
                acked=draw(st.integers(0, seq)),
                stored=draw(sizes),
                trouble=draw(st.sampled_from(["", "", "", "fork", "rolled_back", "hash"])),
                agreed=(agreed := draw(st.integers(0, seq))),
                apart=draw(st.integers(agreed + 1, seq + 1)),
                given_up=draw(st.integers(0, 9)) == 0,
            )
        )
    blob_names = draw(st.lists(st.sampled_from("uvwxyz"), unique=True, max_size=4))
    blobs = [
        BlobView(
            name,
            size=draw(st.integers(1, 350)),
            offset=draw(st.one_of(st.none(), st.just(0), st.just(50))),
            complete=draw(st.booleans()),
            damaged=draw(st.integers(0, 9)) == 0,
        )
        for name in blob_names
    ]
    waiting = [
        WaitingView("a", seq, tuple(draw(st.sets(st.sampled_from(blob_names))))) for seq in range(len(blob_names))
    ]
    return Knowledge(
        greeted=draw(st.booleans()),
        registered=draw(st.booleans()),
        authenticated=draw(st.booleans()),
        compared=draw(st.booleans()),
        chains=tuple(chains),
        feed=draw(st.sampled_from(["current", "behind", "lost"])),
        can=draw(st.frozensets(st.sampled_from(capabilities.ALL))),
        lost_facts=draw(st.integers(0, 9)),
        lost_entries=draw(st.integers(0, 9)),
        blobs=tuple(blobs),
        waiting=tuple(waiting),
        wanted=draw(st.sampled_from([(), (WantedCase("1", "0312"),)])),
        together=draw(st.sampled_from([0, 100, 400, 10**6])),
        acks_due=draw(st.booleans()),
    )


def change(views, chain, **values):
    return tuple(replace(view, **values) if view.chain == chain else view for view in views)


def done(known, operation):
    """The world after an operation that did what it says."""
    match operation:
        case Hello():
            return replace(known, greeted=True)
        case Register():
            return replace(known, registered=True)
        case Authenticate():
            return replace(known, authenticated=True)
        case Compare():
            return replace(known, met=True, compared=True)
        case TakeUp():
            return replace(known, wanted=(), feed="behind", compared=False)
        case Probe(chain, seqs):
            assert seqs
            view = next(view for view in known.chains if view.chain == chain)
            agreed = max((seq for seq in seqs if seq <= TRULY_AGREED), default=view.agreed)
            apart = min((seq for seq in seqs if seq > TRULY_AGREED), default=view.apart)
            assert (agreed, apart) != (view.agreed, view.apart)
            return replace(known, chains=change(known.chains, chain, agreed=agreed, apart=apart))
        case CutChain(chain, _reason, kept):
            chains = known.chains
            for name, seq in kept:
                chains = change(chains, name, seq=seq, acked=min(seq, *(v.acked for v in chains if v.chain == name)))
            ends = dict(kept)
            waiting = tuple(one for one in known.waiting if one.seq <= ends.get(one.chain, one.seq))
            return replace(known, chains=change(chains, chain, trouble=""), waiting=waiting, compared=False)
        case TakeBack(chain, after):
            view = next(view for view in known.chains if view.chain == chain)
            assert after == view.seq
            return replace(known, chains=change(known.chains, chain, seq=view.stored), compared=False)
        case OfferEntries(left):
            return replace(known, lost_entries=max(0, left - 5), compared=False)
        case OfferFacts(left):
            return replace(known, lost_facts=max(0, left - 5), compared=False)
        case Confirm(ranges):
            chains, waiting = known.chains, known.waiting
            for chain, first, last in ranges:
                view = next((view for view in chains if view.chain == chain), None)
                if view is not None and first == view.acked + 1:
                    # An ack of more than the desk has written fits nothing in its journal.
                    chains = change(chains, chain, acked=min(last, view.seq))
                waiting = tuple(one for one in waiting if (one.chain, one.seq) != (chain, first))
            return replace(known, chains=chains, waiting=waiting, compared=False)
        case Push(chain, after):
            view = next(view for view in known.chains if view.chain == chain)
            assert after == view.stored
            return replace(
                known,
                chains=change(known.chains, chain, stored=view.seq, acked=view.seq),
                feed="behind",
                compared=False,
            )
        case RestartFeed():
            return replace(known, feed="behind", compared=False)
        case ReadFeed():
            return replace(known, feed="current", compared=False)
        case AskBlobs(ids):
            blobs = tuple(replace(b, offset=0) if b.id in ids else b for b in known.blobs)
            return replace(known, blobs=blobs, compared=False)
        case SendPiece(blob, offset):
            sent = [replace(b, offset=offset + PIECE, complete=offset + PIECE >= b.size) for b in known.blobs]
            blobs = tuple(new if old.id == blob else old for old, new in zip(known.blobs, sent, strict=True))
            return replace(known, blobs=blobs, compared=False)
        case SendPieces(pieces):
            assert len(pieces) > 1
            whole = dict.fromkeys(piece.blob for piece in pieces)
            assert len(whole) == len(pieces)
            blobs = tuple(replace(b, offset=b.size, complete=True) if b.id in whole else b for b in known.blobs)
            return replace(known, blobs=blobs, compared=False)


def pieces_of(operations):
    """All pieces of a plan, in order, whatever company they go in."""
    for one in operations:
        yield from one.pieces if isinstance(one, SendPieces) else (one,) if isinstance(one, SendPiece) else ()


def named_there(known):
    """The blobs that entries name which the hub has, as far as the desk knows."""
    ends = {view.chain: view.agreed if view.trouble else view.stored for view in known.chains}
    return {blob for entry in known.waiting if entry.seq <= ends.get(entry.chain, 0) for blob in entry.blobs}


def are_sent(known):
    """Whether every blob the hub takes is sent, as far as it can be."""
    there = named_there(known)
    return all(blob.complete or blob.damaged for blob in known.blobs if blob.id in there)


@given(situations())
def test_doing_the_first_operation_again_and_again_comes_to_an_end(known):
    for _ in range(60):
        operations = plan(known)
        if not operations:
            break
        known = done(known, operations[0])
    assert plan(known) == ()
    assert known.compared
    usable = [view for view in known.chains if not view.trouble]
    assert all(view.acked == view.seq for view in usable)
    assert all(view.given_up for view in known.chains if view.trouble)
    assert capabilities.SHOWS_ENTRIES not in known.can or all(view.seq >= view.stored for view in usable)
    assert capabilities.TAKES_FACTS not in known.can or known.lost_facts == 0
    assert capabilities.TAKES_ENTRIES not in known.can or known.lost_entries == 0
    assert are_sent(known)
    ends = {view.chain: view.agreed if view.trouble else view.stored for view in known.chains}
    there = {blob.id for blob in known.blobs if blob.complete}
    assert not [one for one in known.waiting if one.seq <= ends.get(one.chain, 0) and there.issuperset(one.blobs)]
    assert known.feed == "current"


@given(situations())
def test_a_plan_is_the_same_every_time(known):
    assert plan(known) == plan(known)


@given(situations())
def test_nothing_is_pushed_into_a_chain_in_dispute(known):
    disputed = {view.chain for view in known.chains if view.trouble}
    assert not [one for one in plan(known) if isinstance(one, Push) and one.chain in disputed]


@given(situations())
def test_no_blob_goes_before_an_entry_that_names_it(known):
    there = named_there(known)
    for operation in plan(known):
        assert not isinstance(operation, AskBlobs) or there.issuperset(operation.ids)
        assert there.issuperset(piece.blob for piece in pieces_of([operation]))


@given(situations())
def test_nothing_but_access_is_planned_without_a_token(known):
    for operation in plan(replace(known, authenticated=False)):
        assert isinstance(operation, (Hello, Register, Authenticate))


@given(situations())
def test_entries_go_before_the_feed_and_the_feed_before_blobs_small_ones_first(known):
    operations = plan(replace(known, authenticated=True))
    repair = [Probe, CutChain, TakeBack, RestartFeed]
    order = [Compare, *repair, Confirm, Push, ReadFeed, TakeUp, OfferEntries, OfferFacts, AskBlobs, SendPiece]
    kinds = [SendPiece if isinstance(operation, SendPieces) else type(operation) for operation in operations]
    ranks = [order.index(kind) for kind in kinds]
    assert ranks == sorted(ranks)
    sizes = {blob.id: blob.size for blob in known.blobs}
    left = [sizes[one.blob] - one.offset for one in pieces_of(operations)]
    assert left == sorted(left)


@pytest.mark.parametrize(
    ("known", "first"),
    [
        (Knowledge(), Hello()),
        (Knowledge(greeted=True), Register()),
        (Knowledge(greeted=True, registered=True), Authenticate()),
        (Knowledge(authenticated=True), Compare()),
        (replace(READY, chains=(ChainView("a", 5, 2, 5),)), Confirm((("a", 3, 5),))),
        (replace(READY, chains=(ChainView("a", 5, 2, 2),)), Push("a", 2)),
        (replace(READY, chains=(ChainView("a", 5, 5, 2),)), Push("a", 2)),
        (
            replace(READY, chains=(ChainView("a", 5, 5, 9, trouble="rolled_back", agreed=5, apart=6),)),
            CutChain("a", "rolled_back", (("a", 5),)),
        ),
        (replace(READY, chains=(ChainView("a", 5, 2, 9, trouble="fork", apart=6),)), Probe("a", (1, 2, 3, 4, 5))),
        (
            replace(READY, chains=(ChainView("a", 999, 2, 999, trouble="fork", apart=1000),)),
            Probe("a", tuple(range(16, 1000, 16))),
        ),
        (
            replace(
                READY,
                chains=(
                    ChainView("a", 7, 7, 7),
                    ChainView("b", 5, 2, 9, trouble="fork", agreed=3, apart=4),
                    ChainView("c", 6, 0, 2),
                ),
            ),
            CutChain("b", "fork", (("b", 3), ("c", 2))),
        ),
        (replace(READY, chains=(ChainView("a", 5, 5, 9),), can=ALL_OF_THEM), TakeBack("a", 5)),
        (replace(READY, lost_facts=3, can=ALL_OF_THEM), OfferFacts(3)),
        (replace(READY, lost_facts=3, lost_entries=2, can=ALL_OF_THEM), OfferEntries(2)),
        (
            replace(READY, lost_entries=2, wanted=(WantedCase("1", "0312"),), can=ALL_OF_THEM),
            TakeUp((WantedCase("1", "0312"),)),
        ),
        (replace(READY, feed="lost"), RestartFeed()),
        (replace(READY, feed="behind", wanted=(WantedCase("1", "0312"),)), ReadFeed()),
        (replace(READY, wanted=(WantedCase("1", "0312"),), can=ALL_OF_THEM), TakeUp((WantedCase("1", "0312"),))),
    ],
    ids=[
        "a stranger says hello",
        "an unknown key is registered",
        "a known one signs the challenge",
        "digests come first",
        "what the hub has is only confirmed",
        "what it lacks is sent",
        "what a restored hub lost is sent again",
        "a store behind the hub writes no more to its chain",
        "where two histories part is looked for",
        "in a long chain with few questions",
        "what comes later is cut with what it may build on",
        "what only the hub has is taken back",
        "what the hub lost of its own is offered",
        "the entries that it is about first",
        "only what the hub does not show once it was asked for is lost",
        "a lost place means reading from the beginning",
        "the feed may bring what is wanted",
        "a case of another desk is asked for",
    ],
)
def test_the_next_step_of(known, first):
    assert plan(known)[0] == first


def begun(known, operation):
    """The world once an operation is on its way; a batch holds two entries."""
    if isinstance(operation, Push):
        known = replace(known, chains=change(known.chains, operation.chain, sent=operation.after + 2))
    return replace(known, under_way=(*known.under_way, operation))


def answer(known, operation):
    """The world after an answer; a batch that comes before the one it follows counts for nothing."""
    if not isinstance(operation, Push):
        return done(known, operation)
    view = next(view for view in known.chains if view.chain == operation.chain)
    if operation.after > view.stored:
        return known
    stored = max(view.stored, min(view.seq, operation.after + 2))
    acked = max(view.acked, stored)
    return replace(
        known, chains=change(known.chains, view.chain, stored=stored, acked=acked), feed="behind", compared=False
    )


@given(situations(), st.data())
def test_with_much_under_way_everything_comes_to_an_end_in_any_order_of_answers(known, data):
    for _ in range(120):
        operations = plan(known)
        if operations and isinstance(operations[0], (Probe, CutChain, TakeBack, RestartFeed)):
            known = done(known, operations[0])  # needs no call
        elif operations and len(known.under_way) < 6:
            assert operations[0] not in known.under_way
            known = begun(known, operations[0])
        elif known.under_way:
            answered = data.draw(st.sampled_from(known.under_way))
            left = tuple(other for other in known.under_way if other != answered)
            known = replace(answer(known, answered), under_way=left)
        else:
            break
    assert (plan(known), known.under_way) == ((), ())
    assert known.compared
    assert are_sent(known)


@given(situations(), situations())
def test_nothing_is_under_way_beside_a_digest(known, other):
    first = plan(other)[:1]
    begun = plan(replace(known, under_way=first))
    if first and isinstance(first[0], ALONE):
        assert begun == ()
    assert not first or not any(isinstance(operation, ALONE) for operation in begun)


def test_further_batches_follow_before_the_first_is_answered_but_only_of_one_chain():
    known = replace(READY, chains=(ChainView("a", 50, 0, 0), ChainView("b", 5, 0, 0)), can=ALL_OF_THEM)
    assert plan(known) == (Push("a", 0),)
    one = replace(known, under_way=(Push("a", 0),), chains=change(known.chains, "a", sent=10))
    assert plan(replace(one, can=frozenset())) == ()
    for sent in (10, 20, 30):
        sent_last = Push("a", sent - 10)
        known = replace(known, under_way=(*known.under_way, sent_last), chains=change(known.chains, "a", sent=sent))
        assert plan(known) == (Push("a", sent),)
    known = replace(known, under_way=(*known.under_way, Push("a", 30)), chains=change(known.chains, "a", sent=40))
    assert plan(known) == ()
    last = replace(known, under_way=(Push("a", 30),), chains=change(known.chains, "a", sent=50, stored=30))
    assert plan(last) == ()


def test_what_was_sent_and_not_stored_is_sent_again_when_the_last_answer_has_come():
    assert plan(replace(READY, chains=(ChainView("a", 50, 10, 10, 40),))) == (Push("a", 10),)


def test_while_blobs_of_an_urgent_case_are_left_no_others_begin():
    blobs = (BlobView("u", 9, 0), BlobView("v", 99, 0), BlobView("w", 5, 0, complete=True))
    waiting = (WaitingView("a", 1, ("u",)), WaitingView("a", 2, ("v", "w"), urgent=True))
    known = replace(READY, chains=(ChainView("a", 2, 2, 2),), blobs=blobs, waiting=waiting)
    assert plan(known) == (SendPiece("v", 0),)
    assert plan(replace(known, under_way=(SendPiece("v", 0),))) == ()


def test_four_pieces_go_at_once_and_never_two_of_one_blob():
    blobs = tuple(BlobView(name, 10, 0) for name in "uvwxyz")
    waiting = (WaitingView("a", 1, tuple("uvwxyz")),)
    known = replace(READY, chains=(ChainView("a", 1, 1, 1),), blobs=blobs, waiting=waiting)
    for count, name in enumerate("uvwx"):
        assert len(known.under_way) == count
        known = replace(known, under_way=(*known.under_way, SendPiece(name, 0)))
        assert SendPiece(name, 0) not in plan(known)
    assert plan(known) == ()


@pytest.mark.parametrize(("quick", "most"), [(False, MAX_PUSHES), (True, MAX_PUSHES_WHEN_QUICK)])
def test_over_a_local_line_fewer_batches_go_at_once_so_that_scans_find_a_way(quick, most):
    known = replace(READY, chains=(ChainView("a", 9, 0),), can=ALL_OF_THEM, quick=quick)
    for sent in range(1, most + 1):
        (push,) = [operation for operation in plan(known) if isinstance(operation, Push)]
        known = replace(known, chains=(ChainView("a", 9, 0, sent=sent),), under_way=(*known.under_way, push))
    assert not [operation for operation in plan(known) if isinstance(operation, Push)]
    assert most <= MAX_TRANSFERS


def with_scans(*sizes, together, **changes):
    """A stored case that waits for scans of these sizes, named u, v, w, …, nothing of which was sent."""
    names = "uvwxyz"[: len(sizes)]
    blobs = tuple(BlobView(name, size, 0) for name, size in zip(names, sizes, strict=True))
    chains = (ChainView("a", 1, 1, 1),)
    known = replace(READY, chains=chains, blobs=blobs, waiting=(WaitingView("a", 1, tuple(names)),), together=together)
    return replace(known, **{"can": ALL_OF_THEM, **changes})


def together(*names):
    return SendPieces(tuple(SendPiece(name, 0) for name in names))


def test_small_blobs_go_together_as_long_as_none_must_be_cut():
    known = with_scans(10, 20, 30, 40, 5000, together=60)
    assert plan(known) == (together("u", "v", "w"), SendPiece("x", 0), SendPiece("y", 0))
    assert plan(replace(known, can=frozenset()))[0] == SendPiece("u", 0)


def test_blobs_on_their_way_together_are_not_sent_again_and_count_as_one_transfer():
    known = with_scans(10, 10, 10, 10, together=20, under_way=(together("u", "v"),))
    assert plan(known) == (together("w", "x"),)
    three = replace(known, under_way=(together("u", "v"), Push("a", 0), Push("a", 1), Push("a", 2)))
    assert plan(three) == ()


def test_what_is_left_is_spread_over_the_connections_but_for_crumbs():
    share = LEAST_SHARE
    assert plan(with_scans(*(6 * [2 * share]), together=4 * share))[:2] == (SendPiece("u", 0), SendPiece("v", 0))
    assert plan(with_scans(*(6 * [100]), together=4 * share)) == (together(*"uvwxyz"),)


def test_the_larger_requests_are_the_larger_are_the_crumbs():
    share = LEAST_SHARE
    assert plan(with_scans(*(6 * [share]), together=12 * share))[:2] == (together(*"uvw"), together(*"xyz"))


def test_urgent_blobs_go_together_without_any_others():
    known = with_scans(10, 10, 10, together=1000)
    waiting = (WaitingView("a", 1, ("u", "w"), urgent=True), WaitingView("a", 1, ("v",)))
    assert plan(replace(known, waiting=waiting)) == (together("u", "w"),)


def test_neighbours_are_asked_for_as_one_range_and_nothing_between_them_is():
    blobs = (BlobView("u", 9, 9, complete=True), BlobView("w", 99, 0))
    waiting = (*(WaitingView("a", seq, ("u",)) for seq in (5, 1, 2, 6)), WaitingView("b", 7, ("u",)))
    views = (ChainView("a", 9, 9, 9), ChainView("b", 9, 9, 9))
    known = replace(READY, chains=views, blobs=blobs, waiting=waiting, acks_due=True)
    assert plan(known) == (Confirm((("a", 1, 2), ("a", 5, 6), ("b", 7, 7))),)


def test_acks_of_whole_entries_are_asked_for_together_and_those_of_urgent_ones_at_once():
    blobs = (BlobView("u", 9, 9, complete=True), BlobView("v", 9, 9, complete=True), BlobView("w", 99, 0))
    waiting = (WaitingView("a", 1, ("u",)), WaitingView("a", 2, ("v",)), WaitingView("a", 3, ("w",)))
    known = replace(READY, chains=(ChainView("a", 3, 3, 3),), blobs=blobs, waiting=waiting)
    both, urgent = Confirm((("a", 1, 2),)), replace(waiting[1], urgent=True)
    assert plan(known) == (SendPiece("w", 0),)
    assert plan(replace(known, acks_due=True)) == (both, SendPiece("w", 0))
    assert plan(replace(known, waiting=(waiting[0], urgent, waiting[2])))[0] == Confirm((("a", 2, 2),))
    damaged = replace(known, blobs=(*blobs[:2], replace(blobs[2], damaged=True)))
    assert plan(damaged) == (both,)


def test_the_feed_waits_for_entries_and_blobs_for_nothing():
    known = replace(READY, chains=(ChainView("a", 5, 2, 2, 5),), feed="behind", blobs=(BlobView("u", 9, 0),))
    known = replace(known, waiting=(WaitingView("a", 1, ("u",)),), under_way=(Push("a", 2),))
    assert plan(known) == (SendPiece("u", 0),)


def test_what_a_hub_put_back_has_lost_is_there_again_before_its_blobs_are_asked_for_or_sent():
    """Acked and waiting for its blobs, and on its way once more: until it is stored the hub knows none of them."""
    first, second = WaitingView("a", 1, ("u",)), WaitingView("a", 2, ("v", "w"), urgent=True)
    blobs = (BlobView("u", 9, 0), BlobView("v", 5), BlobView("w", 7, 0))
    known = replace(READY, chains=(ChainView("a", 2, 2, 1, 2),), blobs=blobs, waiting=(first, second))
    known = replace(known, under_way=(Push("a", 1),))
    assert plan(known) == (SendPiece("u", 0),)
    stored = replace(known, chains=(ChainView("a", 2, 2, 2, 2),), under_way=())
    assert plan(stored) == (AskBlobs(("v",)), SendPiece("w", 0))


def test_no_word_is_asked_about_a_waiting_entry_that_the_hub_has_lost():
    """Its blobs are whole for the sake of another entry; the hub could say nothing of it but that it is not there."""
    known = replace(READY, chains=(ChainView("a", 2, 2, 1, 2),), blobs=(BlobView("u", 9, 9, complete=True),))
    known = replace(known, waiting=(WaitingView("a", 2, ("u",)),), under_way=(Push("a", 1),))
    assert plan(known) == ()
    assert plan(replace(known, chains=(ChainView("a", 2, 2, 2, 2),), under_way=())) == (Confirm((("a", 2, 2),)),)


def test_equal_ends_need_nothing():
    assert plan(replace(READY, chains=(ChainView("a", 5, 5, 5),))) == ()
