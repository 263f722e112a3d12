"""A signed-in desk for tests of the window: all view-models over a real practice store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from clerk_app.domain.identity import IdentityDocument
from clerk_app.services.sign_in import sign_in
from clerk_app.settings import Settings
from tests.helpers.stores import CLERK, NAME, PASSWORD
from tests.helpers.workplace import ScriptedWorkplace
from tests.qt.fakes import ManualTasks
from ui.desk_models import make_desk_models
from ui.tasks import DB_LANE, PAPER_LANE, READER_LANE
from ui.viewmodels.sign_in_model import OpenDesk

ELDER = IdentityDocument(
    "resident_id",
    name="林例秀",
    sex="female",
    ethnicity_code="01",
    ethnicity="汉",
    birth_date="1941-02-15",
    address="例省例州市甲县乙镇丙村3号",
    number="999999194102150023",
    number_valid=True,
    valid_from="2010-05-08",
    valid_until="long_term",
)
WORKER = replace(
    ELDER,
    name="周例安",
    sex="male",
    birth_date="1992-02-16",
    number="999999199202160010",
    valid_until="2034-05-08",
)

PENSION = {"g.I6.benefit": "城乡居民", "g.I6.method": "窗口核验", "g.P4.phone": "无手机"}
RESIDENCE = {
    "g.P3.area": "例新街道例湖社区",
    "g.P3.detail": "例湖路 18 号 3 栋 502",
    "g.P4.phone": "13000000001",
    "g.R2.reason": "投靠",
    "g.R2.since": "2026-04-01",
    "g.R2.housing": "租赁房屋",
    "g.P9.pickup": "窗口",
}


def open_desk(place: ScriptedWorkplace, *, seal_at_hand: bool = True) -> OpenDesk:
    """Sign in without the page."""
    desk = place.open(CLERK, PASSWORD)
    me = sign_in(desk, clerk=CLERK, name=NAME, seal_at_hand=seal_at_hand)
    return OpenDesk(desk, me, place.settings())


class StillDesk:
    """A desk whose lanes move only when the test says so."""

    def __init__(
        self, place: ScriptedWorkplace, *, seal_at_hand: bool = True, settings: Settings | None = None
    ) -> None:
        self.place = place
        place.own_settings = settings or Settings()
        place.hurry()  # a wait of reader or pad would happen on the test's own time
        self.tasks = ManualTasks()
        self.parent = QObject()
        self.opened = open_desk(place, seal_at_hand=seal_at_hand)
        self.models = make_desk_models(self.opened, place, self.tasks, self.parent)
        self.models.papers.begin()
        self.models.counter.begin()
        self.tasks.settle_all()

    @property
    def counter(self) -> Any:
        """The counter's view-model."""
        return self.models.counter

    def meet(self, person: IdentityDocument = ELDER, *, present: bool = True) -> None:
        """Read a card and answer whether its owner stands here."""
        self.place.cards.put(person)
        self.counter.read_card()
        self.settle()
        self.counter.answer_presence(present)
        self.settle()

    def begin(self, matter: str, answers: dict[str, str] | None = None) -> None:
        """Choose a matter and answer its questions."""
        self.counter.choose_matter(matter)
        self.settle()
        for code, value in (answers or {}).items():
            self.counter.edit(code, value)

    def settle(self) -> None:
        """Settle everything but the pad, which a citizen may take a minute with."""
        self.settle_lane(DB_LANE, READER_LANE, PAPER_LANE, None)

    def settle_lane(self, *lanes: str | None) -> None:
        """Settle what waits in these lanes, and nothing else."""
        while (index := next((i for i, task in enumerate(self.tasks.pending) if task.lane in lanes), None)) is not None:
            self.tasks.settle(index)
