"""What the blank picker shows first, and what the effect of the act is called."""

import pytest

from ui.presenters.hits import grouped_hits, matter_hits
from ui.presenters.outcome_words import effect_chip
from ui.samples import desk
from ui.tokens import Tone


def test_before_anything_is_asked_what_people_want_stands_apart_from_what_firms_want():
    things = desk.every_matter()
    hits = grouped_hits(things, desk.around())
    assert [hit.heading for hit in hits if hit.heading] == ["个人", "企业和个体户"]
    assert hits[0].heading == "个人"
    client = {thing.code: thing.client for thing in things}
    order = [client[hit.key] for hit in hits]
    assert order == sorted(order, key=("person", "firm").index)
    persons = [hit.key for hit in matter_hits([one for one in things if one.client == "person"], desk.around())]
    assert [hit.key for hit in hits][: len(persons)] == persons
    assert {hit.key for hit in hits} == set(client)


def test_a_group_without_anything_has_no_heading():
    hits = grouped_hits([desk.matter("B05")], desk.around())
    assert [(hit.key, hit.heading) for hit in hits] == [("B05", "企业和个体户")]


@pytest.mark.parametrize(
    ("code", "online", "text", "tone"),
    [
        ("P31", True, "受理当场生效", Tone.NEUTRAL),
        ("P31", False, "离线：受理当场生效", Tone.OFFLINE),
        ("P32", True, "当场办结", Tone.OK),
        ("P14", True, "平台确认后生效", Tone.NEUTRAL),
    ],
)
def test_only_what_is_finished_is_called_so_and_green(code, online, text, tone):
    work = desk.prepared(desk.draft_of(code, desk.WORKER, {}))
    chip = effect_chip(work, desk.around(online=online))
    assert (chip.text, chip.tone) == (text, tone)
