"""Random lawful and unlawful steps: the state is always the fold of the facts, and an unlawful step changes nothing.

The rules are written down a second time here, as plainly as possible, and the fold must agree with them.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from clerk_app.domain.case_state import CaseState
from clerk_app.domain.fold import Unlawful
from clerk_app.domain.kinds import STREAMS, fold_stream
from clerk_app.domain.outcomes import ACCEPTED, RECEIVED
from tests.unit.domain.builders import desk_fact, full_draft, hub_fact, taken_in
from tests.unit.domain.steps import VISIT_BODIES, VISIT_STREAM, visit_fact

OTHER_INVITATION = "f" * 16
INTAKES = {
    power: taken_in(full_draft("P31"), outcome) for power, outcome in (("accept", ACCEPTED), ("receive", RECEIVED))
}
CASE_STREAM = INTAKES["accept"].stream
DECISIONS = {
    "grant": {"result": "grant", "reason": "", "child": None},
    "refuse": {"result": "refuse", "reason": "居住未满半年", "child": None},
}


def step_by_step(stream, facts):
    """State and refused steps by calling one handler after another, as if each fact had just arrived."""
    family = STREAMS[stream.partition("/")[0]]
    state, refused = family.start(stream), []
    for fact in facts:
        try:
            state = family.handlers[fact.kind](state, fact)
        except Unlawful as refusal:
            refused.append((fact.seq, refusal.reason))
    return state, refused


class Steps(RuleBasedStateMachine):
    """Keeps the facts of one stream and what the rules expect of them."""

    stream = ""

    def __init__(self):
        super().__init__()
        self.facts = []
        self.refused = []

    def take(self, fact, *, lawful):
        """Take one step and compare what the fold did with what the rules say."""
        before = fold_stream(self.stream, self.facts)
        self.facts.append(replace(fact, seq=len(self.facts) + 1))
        after = fold_stream(self.stream, self.facts)
        if lawful:
            assert after.conflicts == before.conflicts
            assert after.state != before.state
        else:
            self.refused.append(len(self.facts))
            assert after.state == before.state
            assert after.conflicts[:-1] == before.conflicts
            assert (after.conflicts[-1].kind, after.conflicts[-1].seq) == (fact.kind, len(self.facts))

    @property
    def state(self):
        return fold_stream(self.stream, self.facts).state

    @invariant()
    def the_state_is_the_fold_however_the_facts_arrive(self):
        folded = fold_stream(self.stream, self.facts)
        state, refused = step_by_step(self.stream, self.facts)
        assert folded.state == state
        assert [(conflict.seq, conflict.reason) for conflict in folded.conflicts] == refused
        assert [seq for seq, _ in refused] == self.refused

    @invariant()
    def acknowledging_any_number_of_facts_changes_nothing(self):
        for count in {0, len(self.facts) // 2, len(self.facts)}:
            acknowledged = [replace(fact, hub_seq=1000 + fact.seq) for fact in self.facts[:count]]
            folded = fold_stream(self.stream, acknowledged + self.facts[count:])
            assert folded.state == fold_stream(self.stream, self.facts).state


class VisitSteps(Steps):
    """A visit, with its rules told in two words: the phase and the state of the invitation."""

    stream = VISIT_STREAM

    def __init__(self):
        super().__init__()
        self.phase = "none"
        self.rating = "none"
        self.outcomes = 0
        self.openings = 0
        self.readings = 0

    @rule(ticket=st.sampled_from([None, "A037"]))
    def open(self, ticket):
        self.take(
            desk_fact(self.stream, "visit.opened", {"session": "b" * 16, "ticket": ticket}), lawful=self.phase == "none"
        )
        self.phase = "open" if self.phase == "none" else self.phase

    @rule(present=st.booleans())
    def read(self, present):
        self.readings += 1
        body = {**VISIT_BODIES["visit.applicant_read"], "present": present}
        fact = desk_fact(self.stream, "visit.applicant_read", body, recorded_at=self.readings)
        self.take(fact, lawful=self.phase == "open")

    @rule()
    def park(self):
        self.take(visit_fact("visit.parked"), lawful=self.phase == "open")
        self.phase = "parked" if self.phase == "open" else self.phase

    @rule()
    def resume(self):
        self.take(visit_fact("visit.resumed"), lawful=self.phase == "parked")
        self.phase = "open" if self.phase == "parked" else self.phase

    @rule()
    def end_matter(self):
        self.take(visit_fact("visit.matter_ended"), lawful=self.phase == "open")
        self.outcomes += self.phase == "open"

    @rule()
    def open_hints(self):
        self.openings += 1
        body = {"hints": [f"h.disabled_{self.openings}"]}
        self.take(desk_fact(self.stream, "visit.hints_opened", body), lawful=self.phase == "open")

    @rule()
    def invite(self):
        lawful = self.phase == "open" and self.rating == "none"
        self.take(visit_fact("visit.rating_invited"), lawful=lawful)
        self.rating = "invited" if lawful else self.rating

    @rule(
        state=st.sampled_from(["answered", "timed_out", "device_failed"]),
        invitation=st.sampled_from([VISIT_BODIES["visit.rating_invited"]["invitation"], OTHER_INVITATION]),
    )
    def settle(self, state, invitation):
        lawful = self.rating == "invited" and invitation != OTHER_INVITATION
        body = {"invitation": invitation, "state": state, "sealed": None, "device_limited": False}
        self.take(desk_fact(self.stream, "visit.rating_settled", body), lawful=lawful)
        self.rating = state if lawful else self.rating

    @rule()
    def close(self):
        lawful = self.phase in ("open", "parked")
        self.take(visit_fact("visit.closed"), lawful=lawful)
        self.phase = "closed" if lawful else self.phase

    @invariant()
    def the_fold_agrees_with_the_rules(self):
        assert (self.state.phase, self.state.rating.state) == (self.phase, self.rating)
        assert len(self.state.outcomes) == self.outcomes


class CaseSteps(Steps):
    """A case: nothing before its intake, one intake, the platform's word once and only from the platform."""

    stream = CASE_STREAM

    def __init__(self):
        super().__init__()
        self.expected = CaseState.DRAFT

    @rule(power=st.sampled_from(["accept", "receive"]))
    def take_in(self, power):
        lawful = self.expected is CaseState.DRAFT
        self.take(replace(INTAKES[power], hub_seq=None), lawful=lawful)
        if lawful:
            self.expected = CaseState.ACCEPTED if power == "accept" else CaseState.RECEIVED

    @rule(result=st.sampled_from(["grant", "refuse"]), by_hub=st.booleans(), child=st.sampled_from([None, "01"]))
    def decide(self, result, by_hub, child):
        self.speak("case.decided", {**DECISIONS[result], "child": child}, by_hub, CaseState.DECIDED)

    @rule(by_hub=st.booleans(), child=st.sampled_from([None, "01"]))
    def send_back(self, by_hub, child):
        self.speak("case.returned", {"reason": "合同缺页", "child": child}, by_hub, CaseState.RETURNED)

    def speak(self, kind, body, by_hub, target):
        """The platform's word, or a desk that pretends to be the platform."""
        make = hub_fact if by_hub else desk_fact
        fact = replace(make(self.stream, kind, body), hub_seq=None)
        lawful = by_hub and body["child"] is None and self.expected in (CaseState.ACCEPTED, CaseState.RECEIVED)
        self.take(fact, lawful=lawful)
        self.expected = target if lawful else self.expected

    @invariant()
    def the_fold_agrees_with_the_rules(self):
        assert self.state.state is self.expected
        assert (self.state.decision is not None) is (self.expected is CaseState.DECIDED)
        assert (self.state.intake is None) is (self.expected is CaseState.DRAFT)


TestVisitSteps = VisitSteps.TestCase
TestVisitSteps.settings = settings(max_examples=60, stateful_step_count=25)
TestCaseSteps = CaseSteps.TestCase
TestCaseSteps.settings = settings(max_examples=60, stateful_step_count=12)


# ---- the platform's order ---------------------------------------------------------------------------------------

visit_kinds = st.lists(st.sampled_from(sorted(VISIT_BODIES)), max_size=12)


@given(visit_kinds, st.data())
def test_acknowledged_facts_fold_alike_in_whatever_order_they_are_stored(kinds, data):
    facts = [replace(visit_fact(kind, seq=seq), hub_seq=50 + 3 * seq) for seq, kind in enumerate(kinds, start=1)]
    shuffled = data.draw(st.permutations(facts))
    assert fold_stream(VISIT_STREAM, shuffled) == fold_stream(VISIT_STREAM, facts)


@given(visit_kinds, st.integers(0, 12), st.data())
def test_facts_the_platform_does_not_know_yet_come_last_in_their_own_order(kinds, known, data):
    facts = [visit_fact(kind, seq=seq) for seq, kind in enumerate(kinds, start=1)]
    acknowledged = [replace(fact, hub_seq=50 + fact.seq) for fact in facts[:known]]
    shuffled = data.draw(st.permutations(acknowledged))
    waiting = facts[known:]
    mixed = list(waiting)
    for fact in shuffled:
        mixed.insert(data.draw(st.integers(0, len(mixed))), fact)
    folded = fold_stream(VISIT_STREAM, mixed)
    assert folded.state == fold_stream(VISIT_STREAM, facts).state


@given(st.permutations([0, 1, 2, 3]))
def test_of_two_words_of_the_platform_the_first_by_its_order_counts(order):
    fact = INTAKES["accept"]
    words = [
        fact,
        hub_fact(CASE_STREAM, "case.returned", {"reason": "合同缺页", "child": None}, hub_seq=11),
        hub_fact(CASE_STREAM, "case.decided", DECISIONS["grant"], hub_seq=12),
        hub_fact(CASE_STREAM, "case.decided", DECISIONS["refuse"], hub_seq=13),
    ]
    folded = fold_stream(CASE_STREAM, [words[position] for position in order])
    assert folded.state.state is CaseState.RETURNED
    assert [conflict.hub_seq for conflict in folded.conflicts] == [12, 13]
