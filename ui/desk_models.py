"""Every view-model of a signed-in desk, joined."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from clerk_app.services.workplace import Workplace
from ui.presenters.filters import at_first
from ui.tasks import Tasks
from ui.viewmodels.appeals_model import AppealsModel
from ui.viewmodels.attention_model import AttentionModel
from ui.viewmodels.card_reading import CardReading
from ui.viewmodels.cases_model import CasesModel
from ui.viewmodels.citizen_model import CitizenModel
from ui.viewmodels.counter_board import CounterParts
from ui.viewmodels.counter_model import CounterModel
from ui.viewmodels.devices_model import DevicesModel
from ui.viewmodels.frame_model import FrameModel
from ui.viewmodels.handover_model import HandoverModel
from ui.viewmodels.lock_model import LockModel
from ui.viewmodels.notice_model import NoticeModel
from ui.viewmodels.paper_queue import PaperQueue
from ui.viewmodels.rating_model import RatingModel
from ui.viewmodels.search_model import SearchModel, anything_by, matters_by
from ui.viewmodels.sign_in_model import OpenDesk
from ui.viewmodels.station_model import StationModel
from ui.viewmodels.view_model import Acts, ViewModel


@dataclass(frozen=True, slots=True)
class DeskModels:
    """What the pages of a signed-in desk are rendered from."""

    opened: OpenDesk
    station: StationModel
    papers: PaperQueue
    rating: RatingModel
    screen: ViewModel[bool]
    acts: Acts
    counter: CounterModel
    frame: FrameModel
    cases: CasesModel
    appeals: AppealsModel
    devices: DevicesModel
    citizen: CitizenModel
    lock: LockModel
    matters: SearchModel
    anything: SearchModel
    attention: AttentionModel
    handover: HandoverModel
    notices: NoticeModel

    def begin(self) -> None:
        """Look at what is there: what an earlier session left, devices, line, counts."""
        self.papers.begin()
        self.station.begin()
        self.frame.begin()
        self.counter.begin()

    def end(self) -> None:
        """Listen to nothing any more, and give to the lane what is not saved yet."""
        self.station.end()
        self.handover.close()
        self.counter.save_now()


def make_desk_models(opened: OpenDesk, workplace: Workplace, tasks: Tasks, parent: QObject) -> DeskModels:
    """Join them. `parent` owns them all."""
    desk, me, devices = opened.desk, opened.me, opened.settings.devices
    acts = Acts(parent)
    screen = ViewModel(False, parent)
    station = StationModel(workplace, tasks, parent)
    reading = CardReading(workplace, tasks, timeout_s=devices.card_timeout_s, parent=parent)
    papers = PaperQueue(desk, me, workplace, tasks, parent)
    rating = RatingModel(
        desk,
        me,
        workplace,
        tasks,
        acts,
        has_screen=lambda: screen.state,
        timeout_s=devices.rating_timeout_s,
        parent=parent,
    )
    counter = CounterModel(desk, me, tasks, CounterParts(station, reading, papers, rating, screen, acts), parent)

    frame = FrameModel(desk, me, workplace, tasks, station, acts, parent)
    frame.catalogue_came.connect(counter.take_rules)
    return DeskModels(
        opened=opened,
        station=station,
        papers=papers,
        rating=rating,
        screen=screen,
        acts=acts,
        counter=counter,
        frame=frame,
        cases=CasesModel(desk, me, tasks, station, papers, acts, parent),
        appeals=AppealsModel(desk, me, tasks, papers, acts, lambda: counter.visit, parent),
        devices=DevicesModel(
            desk,
            workplace,
            tasks,
            station,
            papers,
            screen,
            card_timeout_s=devices.card_timeout_s,
            recovered=opened.recovered,
            parent=parent,
        ),
        citizen=CitizenModel(counter, rating, timeout_s=devices.rating_timeout_s, parent=parent),
        lock=LockModel(desk, me, workplace, tasks, parent),
        matters=SearchModel(matters_by(desk, counter.surroundings), tasks, parent, first=at_first(desk.channel)),
        anything=SearchModel(anything_by(desk, counter.surroundings), tasks, parent),
        attention=AttentionModel(desk, me, tasks, acts, parent),
        handover=HandoverModel(desk, workplace, tasks, acts, parent),
        notices=NoticeModel(desk, me, tasks, papers, counter, parent),
    )
