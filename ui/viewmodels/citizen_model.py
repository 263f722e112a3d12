"""The second screen: what the citizen sees of their own visit, and the grade they touch, which is sealed at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from clerk_app.domain.ratings import GRADES
from ui.presenters.citizen import CitizenFacts, citizen_state
from ui.presenters.counter_facts import VisitFacts
from ui.viewmodels.citizen_state import CitizenState
from ui.viewmodels.counter_model import CounterModel
from ui.viewmodels.rating_model import RatingModel
from ui.viewmodels.view_model import ViewModel


class CitizenModel(ViewModel[CitizenState]):
    """Follows the counter and the rating."""

    def __init__(
        self, counter: CounterModel, rating: RatingModel, *, timeout_s: float, parent: QObject | None = None
    ) -> None:
        desk, me = counter.desk, counter.me
        facts = CitizenFacts(
            hall=desk.settings.hall_name,
            window=desk.settings.window_name,
            clerk=me.name,
            clerk_number=me.clerk,
            mark=desk.mark,
            timeout_s=round(timeout_s),
        )
        super().__init__(citizen_state(facts), parent)
        self._facts = facts
        self._covered = False
        self._counter = counter
        self._rating = rating
        counter.changed.connect(self._follow)
        rating.changed.connect(self._follow)

    def rate(self, grade: str) -> None:
        """Hand a touched grade on to be sealed; it is kept nowhere."""
        if grade in GRADES:
            self._rating.rate_on_screen(grade)

    def turn_leaf(self) -> None:
        """The citizen asks for the next page of what is to be checked."""
        self._counter.turn_leaf(1)

    def cover(self) -> None:
        """The clerk has left the desk: show nothing of the visit. An open invitation stays the citizen's."""
        self._covered = True
        self._follow()

    def uncover(self) -> None:
        """The clerk is back."""
        self._covered = False
        self._follow()

    def _follow(self, _state: object = None) -> None:
        rating = self._rating.state
        visit = VisitFacts() if self._covered else self._counter.visit
        self._facts = replace(self._facts, visit=visit, rating=rating.shown, thanks=rating.thanks)
        self.show(citizen_state(self._facts))
