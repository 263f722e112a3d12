"""What a search found, as pickers show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.matter import Matter
from clerk_app.domain.packages import Package
from clerk_app.services.rows import CaseRow
from ui.presenters.counter_facts import Surroundings
from ui.presenters.words import clock_text
from ui.say import say
from ui.viewmodels.search_state import Hit


def matter_hits(things: Iterable[Matter | Package], around: Surroundings) -> tuple[Hit, ...]:
    """Matters with department, limit and how far this window may go now; packages with who leads and how many.

    What is not done where this desk serves comes last, and says so.
    """
    offered = sorted(things, key=lambda thing: around.channel not in thing.channels)
    return tuple(
        Hit("matter", thing.code, thing.name, _with_place(thing, _matter_note(thing, around), around))
        if isinstance(thing, Matter)
        else Hit("package", thing.code, thing.name, _with_place(thing, _package_note(thing), around), say("一件事"))
        for thing in offered
    )


def _with_place(thing: Matter | Package, note: str, around: Surroundings) -> str:
    """The note, and before it why this desk does not do it, where it does not."""
    if around.channel in thing.channels:
        return note
    places = {"hall": say("大厅"), "mobile": say("流动办事厅"), "home": say("上门")}
    elsewhere = "、".join(places[channel] for channel in thing.channels)
    return say(
        "这里（{here}）不办，在{elsewhere}办 · {note}", here=places[around.channel], elsewhere=elsewhere, note=note
    )


def grouped_hits(things: Sequence[Matter | Package], around: Surroundings) -> tuple[Hit, ...]:
    """Everything there is, before anything is asked: what people want, then what firms want, each in its order."""
    groups = ((say("个人"), "person"), (say("企业和个体户"), "firm"))
    parts = ((word, [thing for thing in things if thing.client == client]) for word, client in groups)
    return tuple(
        replace(hit, heading=word if place == 0 else "")
        for word, part in parts
        for place, hit in enumerate(matter_hits(part, around))
    )


def case_hits(rows: Iterable[CaseRow], today: date) -> tuple[Hit, ...]:
    """Cases by applicant and matter, with number and time."""
    return tuple(
        Hit(
            "case",
            row.number,
            " · ".join(filter(None, (row.applicant, row.matter_name))),
            f"{case_number.grouped(row.number)} · {clock_text(row.taken_in_at, today)}",
        )
        for row in rows
    )


def elsewhere_hit(number: str) -> Hit:
    """A number that is right, and of no case that is here."""
    note = say("{number} · 不在本机；调取会记下是谁查的", number=case_number.grouped(number))
    return Hit("elsewhere", number, say("到平台调取这一件"), note)


def notice_hit(number: str) -> Hit:
    """The number of a one-time notice: it opens the matter with the answers of the paper."""
    return Hit("notice", number, say("打开一次性告知书"), notice_number.grouped(number))


def appeal_hit(number: str) -> Hit:
    """The number of a record of the 办不成事 register: it opens the record where the register is."""
    note = say("{number} · 在“诉求”（Ctrl 5）里", number=notice_number.grouped(number))
    return Hit("appeal", number, say("打开办不成事登记"), note)


def _package_note(package: Package) -> str:
    parts = (
        package.code,
        say("{department}牵头", department=package.lead_short),
        say("{count} 个事项一起办", count=len(package.children)),
        say("承诺 {limit}", limit=package.promised.text),
        package.label,
    )
    return " · ".join(filter(None, parts))


def _matter_note(matter: Matter, around: Surroundings) -> str:
    power = {"receive": say("本窗口收件"), "accept": say("本窗口受理"), "complete": say("本窗口办结")}
    limit = say("即办") if matter.kind == "at_once" else say("承诺 {limit}", limit=matter.promised.text)
    presence = say("须本人到场") if matter.presence == "in_person" else ""
    parts = (matter.code, matter.department_short, limit, presence, power[around.power(matter)])
    return " · ".join(filter(None, parts))
