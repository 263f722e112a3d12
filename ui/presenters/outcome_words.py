"""What the paper will say and what to tell the citizen: only what is true here and now."""

from __future__ import annotations

from clerk_app.domain.applicant import is_expired
from clerk_app.domain.case_parts import Effect
from clerk_app.domain.matter import Power
from clerk_app.domain.merged_matter import child_powers, power_of_whole
from clerk_app.domain.notice_for import TITLES
from clerk_app.domain.notices import NoticeKind
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.package_taking_in import effect_of_whole, papers_of
from clerk_app.domain.powers import effect_of, lacks_seal
from clerk_app.domain.taking_in import PrintSet, has_promises, print_set
from ui.presenters.counter_facts import Preparing, Surroundings, deferred_now
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.parts import ChipView, TextRow


def expected_effect(work: Preparing, around: Surroundings) -> Effect:
    """What would be in force, and what not yet, if the case were taken in now."""
    power, deferred = power_of(work, around), deferred_now(work, around)
    due = around.calendar.add(around.today, work.matter.promised) if power == "accept" else None
    if work.one is not None:
        return effect_of_whole(work.one, powers_now(work.one, around, deferred), due)
    return effect_of(work.matter, power, due)


def power_of(work: Preparing, around: Surroundings) -> Power:
    """How far the window would go now; nothing is done at once while a paper is to come."""
    return "accept" if deferred_now(work, around) else around.power(work.matter)


def powers_now(one: OneThing, around: Surroundings, deferred: tuple[str, ...] = ()) -> dict[str, Power]:
    """How far the window would go with each child that begins now."""
    return child_powers(one, online=around.is_online, seal_at_hand=around.seal_at_hand, deferred=deferred)


def expected_papers(work: Preparing, around: Surroundings) -> tuple[TextRow, ...]:
    """What would be printed."""
    return tuple(TextRow(TITLES[kind], say("{copies} 份", copies=copies)) for kind, copies in _papers(work, around))


def main_paper(work: Preparing, around: Surroundings) -> NoticeKind:
    """The document the primary action leads to."""
    return _papers(work, around)[0][0]


def _papers(work: Preparing, around: Surroundings) -> PrintSet:
    deferred, promised = deferred_now(work, around), has_promises(work.draft)
    if work.one is not None:
        return papers_of(powers_now(work.one, around, deferred), deferred=bool(deferred), promised=promised)
    return print_set(power_of(work, around), deferred=bool(deferred), promised=promised)


def expected_remarks(work: Preparing, around: Surroundings) -> tuple[str, ...]:
    """What the paper would note beside the rest."""
    draft, matter = work.draft, work.matter
    remarks = []
    if draft.document is not None and matter.expired_card == "note" and is_expired(draft.document, around.today):
        remarks.append(say("证件已过有效期，会在纸上注明。"))
    if draft.present is False:
        remarks.append(say("本人不在场，会在纸上注明。"))
    if lacks_seal(matter, online=around.is_online, seal_at_hand=around.seal_at_hand):
        remarks.append(say("印章不在手，这次只能收件，不能出受理通知书。"))
    return tuple(remarks)


def effect_chip(work: Preparing, around: Surroundings) -> ChipView:
    """Whether the act holds at once, with the word for having no line. Green only where nothing is left to be done."""
    effect = expected_effect(work, around)
    if effect.when == "platform":
        tone = Tone.NEUTRAL if around.is_online else Tone.OFFLINE
        return ChipView(say("平台确认后生效") if around.is_online else say("离线：平台确认后生效"), tone)
    done = _whole_power(work, around) == "complete"
    word = say("当场办结") if done else say("受理当场生效")
    if not around.is_online:
        return ChipView(say("离线：{word}", word=word), Tone.OFFLINE)
    return ChipView(word, Tone.OK if done else Tone.NEUTRAL)


def _whole_power(work: Preparing, around: Surroundings) -> Power:
    """How far the window would go with all of it."""
    if work.one is None:
        return power_of(work, around)
    return power_of_whole(work.one, powers_now(work.one, around, deferred_now(work, around)))


def citizen_words(effect: Effect, *, is_online: bool) -> str:
    """The sentence to say to the citizen."""
    if effect.when == "platform" and not is_online:
        return say("已经登记好了。现在没有网络，有网就传上去，{not_yet}。", not_yet=effect.not_yet)
    if effect.when == "platform":
        return say("已经登记好了，{not_yet}。", not_yet=effect.not_yet)
    told = "；".join(filter(None, (effect.in_force, effect.not_yet)))
    return say("{told}。", told=told) if told else ""
