"""A signed-in desk on the screen: the shell with its pages, the sheets over them, the lock, the second screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QStackedWidget

from clerk_app.domain.appeals import AppealWords
from clerk_app.services.notices import ReopenedNotice
from clerk_app.services.scans import MEDIA_TYPES
from ui.citizen_screen import CitizenScreen
from ui.desk_models import DeskModels
from ui.dialogs.appeal import AppealSheet, HandlingSheet, ReturnVisitSheet
from ui.dialogs.attention import AttentionSheet
from ui.dialogs.change import ChangeSheet
from ui.dialogs.consent import ConsentSheet
from ui.dialogs.counter_sheets import MatterSheet, MissingSheet
from ui.dialogs.find import FindSheet
from ui.dialogs.handover import HandoverSheet
from ui.dialogs.hints import HintsSheet
from ui.dialogs.manual_entry import ManualEntrySheet
from ui.dialogs.outcome import OutcomeSheet
from ui.dialogs.result import ResultSheet
from ui.dialogs.supervisor import SupervisorSheet
from ui.dialogs.supply import SupplySheet
from ui.dialogs.whose import WhoseSheet
from ui.keys import Command
from ui.pages.appeals import AppealsPage
from ui.pages.cases import CasesPage
from ui.pages.counter import CounterPage
from ui.pages.devices import DevicesPage
from ui.pages.not_yet import NotYetPage
from ui.pages.page import Page
from ui.pages.shell import Shell
from ui.pages.sign_in import LockPage
from ui.say import say
from ui.viewmodels.basic import Choice
from ui.viewmodels.counter_state import CounterState
from ui.viewmodels.frame import SectionKey
from ui.viewmodels.manual_entry import ManualEntry, manual_document
from ui.viewmodels.outcome_state import outcome_views

_BUILT: frozenset[SectionKey] = frozenset({"intake", "cases", "appeals", "devices"})


class DeskView(QObject):
    """Puts the pages of a desk into `stack` and joins them with `models`."""

    def __init__(self, models: DeskModels, stack: QStackedWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._models = models
        self._stack = stack
        self.shell = Shell(models.frame)
        self.counter = CounterPage(models.counter, models.matters)
        self.lock = LockPage(models.lock)
        self.screen = CitizenScreen(models.citizen, models.rating, models.screen, stack, self)
        self._add_pages()
        self._connect()
        for page in (self.shell, self.lock):
            stack.addWidget(page)
        stack.setCurrentWidget(self.shell)
        self.shell.enter()
        self.screen.settle()

    def run(self, command: Command) -> bool:
        """Do what a key asks of the page in front."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        if page.run(command):
            return True
        return page is self.shell and self._run_elsewhere(command)

    def lock_desk(self, reason: str) -> None:
        """Cover the desk; what is typed is saved, nothing is lost."""
        self._models.counter.save_now()
        self._models.lock.lock(reason, self._models.frame.drafts)

    def close(self) -> None:
        """Take away what stands beside the window."""
        self.screen.close()

    # ---- keys that no page took -----------------------------------------------------------------------------------

    def _run_elsewhere(self, command: Command) -> bool:
        if command is Command.PRINT and self._models.frame.state.current == "cases":
            self._models.cases.reprint()
        elif command is Command.PRINT and self._models.frame.state.current == "appeals":
            self._models.appeals.reprint()
        elif command is Command.PRINT:
            self._print_waiting()
        elif command is Command.INVITE_RATING:
            self._models.frame.show_section("intake")
            self._models.counter.invite_again()
        else:
            return False
        return True

    def _print_waiting(self) -> None:
        if not self._models.papers.print_again():
            self.shell.say(say("没有在等的文书"), say("要补打，请到“办件”（Ctrl 2）选中那一件，按 F8。"))

    # ---- sheets -------------------------------------------------------------------------------------------------

    def _open_sheet(self, name: str) -> None:
        openers: dict[str, Callable[[], None]] = {
            "matter": self._open_matters,
            "outcome": self._open_outcomes,
            "missing": self._open_missing,
            "manual": self._open_manual_entry,
            "hints": self._open_hints,
            "notice": lambda: self._give_notice(False),
            "notice_large": lambda: self._give_notice(True),
        }
        opener = openers.get(name)
        if opener is not None:
            opener()

    def _open_matters(self) -> None:
        state = self._models.counter.state
        if state.stage in ("idle", "done"):
            self._models.counter.another_matter()
        elif state.stage != "matter":
            sheet = MatterSheet(self._models.matters)
            sheet.chosen.connect(self._matter_chosen)
            self.shell.open_sheet(sheet)

    def _give_notice(self, large: bool) -> None:
        """Print the notice for the matter at hand; without one ask which: no card is needed to be told."""
        if self._models.notices.give(large=large):
            return
        sheet = MatterSheet(self._models.matters)
        sheet.chosen.connect(lambda code: self._notice_chosen(code, large))
        self.shell.open_sheet(sheet)

    def _ask_supervisor(self, again: ReopenedNotice) -> None:
        sheet = SupervisorSheet(tuple(need.name for need in again.not_on_it))
        sheet.allowed.connect(lambda number, reason: self._supervisor_said(again, number, reason))
        self.shell.open_sheet(sheet)

    def _open_outcomes(self) -> None:
        matter = self._models.counter.state.matter
        if matter is None:
            self._models.counter.end_matter(8, "")
            return
        sheet = OutcomeSheet(outcome_views(), matter.name)
        sheet.chosen.connect(self._outcome_chosen)
        self.shell.open_sheet(sheet)

    def _open_missing(self) -> None:
        state = self._models.counter.state
        if state.matter is not None:
            sheet = MissingSheet(state)
            sheet.chosen.connect(self._jump_chosen)
            self.shell.open_sheet(sheet)

    def _open_hints(self) -> None:
        sheet = HintsSheet(self._models.counter)
        sheet.chosen.connect(self._matter_chosen)
        sheet.notice_asked.connect(self._hinted_notice_chosen)
        self.shell.open_sheet(sheet)

    def _ask_whose(self, state: CounterState) -> None:
        if not state.whose.choices or isinstance(self.shell.sheet, WhoseSheet):
            return
        sheet = WhoseSheet(state.whose)
        sheet.chosen.connect(self._whose_chosen)
        sheet.closed.connect(self._models.counter.read_for_nobody)
        self.shell.open_sheet(sheet)

    def _ask_consent(self, state: CounterState) -> None:
        if not state.consent or self.shell.sheet is not None:
            return
        sheet = ConsentSheet(state.consent)
        sheet.answered.connect(self._consent_answered)
        sheet.closed.connect(self._not_consented)
        self.shell.open_sheet(sheet)

    def _consent_answered(self, given: bool) -> None:
        self.shell.close_sheet()
        self._models.counter.answer_consent(given=given)

    def _not_consented(self) -> None:
        """Nobody was asked: nothing is used."""
        self._models.counter.answer_consent(given=False)

    def _whose_chosen(self, role: str) -> None:
        self._models.counter.read_for(role)
        self.shell.close_sheet()

    def _open_manual_entry(self) -> None:
        sheet = ManualEntrySheet()
        sheet.entered.connect(self._copied_by_hand)
        self.shell.open_sheet(sheet)

    def _open_attention(self, number: str = "") -> None:
        self._models.attention.look(number or None)
        sheet = AttentionSheet(self._models.attention)
        sheet.case_asked.connect(self._case_asked)
        self.shell.open_sheet(sheet)

    def _open_handover(self) -> None:
        self.shell.open_sheet(HandoverSheet(self._models.handover))

    def _handover_finished(self, heading: str, text: str) -> None:
        """Who still looks at the sheet reads it there."""
        if not isinstance(self.shell.sheet, HandoverSheet):
            self.shell.say(heading, text)

    def _open_folder(self) -> None:
        dialog = QFileDialog(self.shell, say("选 U 盘或文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _folder_chosen(self, path: str) -> None:
        self._models.handover.choose_folder(Path(path))

    def _open_supply(self) -> None:
        detail = self._models.cases.state.detail
        if detail is not None:
            if not detail.to_come and len(detail.results) == 1:
                self._open_result(detail.results[0].number)
                return
            results = tuple(Choice(one.number, one.label) for one in detail.results)
            sheet = SupplySheet(detail.matter, detail.to_come, results)
            sheet.setProperty("case", detail.number)
            sheet.chosen.connect(self._supplied)
            sheet.result_chosen.connect(self._open_result)
            self.shell.open_sheet(sheet)

    def _open_result(self, number: str) -> None:
        detail = self._models.cases.state.detail
        ask = next((one for one in (detail.results if detail else ()) if one.number == number), None)
        if ask is not None:
            sheet = ResultSheet(ask, self._models.cases.faults_of)
            sheet.setProperty("corrects", ask.corrects)
            sheet.said.connect(self._result_said)
            self.shell.open_sheet(sheet)

    def _result_said(self, number: str, values: dict[str, str]) -> None:
        corrects = bool(self.sender().property("corrects"))
        self.shell.close_sheet()
        self._models.cases.register(number, values, corrects=corrects)

    def _supplied(self, code: str) -> None:
        number = str(self.sender().property("case"))
        self.shell.close_sheet()
        self._models.cases.supply(number, code)

    def _open_appeal(self) -> None:
        sheet = AppealSheet(self._models.appeals.lines())
        sheet.said.connect(self._appeal_said)
        self.shell.open_sheet(sheet)

    def _appeal_said(self, words: AppealWords) -> None:
        self.shell.close_sheet()
        self._models.appeals.record(words)

    def _open_appeal_step(self, number: str, step: str) -> None:
        if step == "handle":
            handling = HandlingSheet()
            handling.said.connect(lambda result: self._appeal_handled(number, result))
            self.shell.open_sheet(handling)
            return
        visit = ReturnVisitSheet()
        visit.said.connect(lambda solved, said, due_on: self._appeal_visited(number, solved, said, due_on))
        self.shell.open_sheet(visit)

    def _appeal_handled(self, number: str, result: str) -> None:
        self.shell.close_sheet()
        self._models.appeals.handle(number, result)

    def _appeal_visited(self, number: str, solved: bool, said: str, due_on: date | None) -> None:
        self.shell.close_sheet()
        self._models.appeals.visit(number, solved=solved, said=said, due_on=due_on)

    def _open_find(self) -> None:
        sheet = FindSheet(self._models.anything)
        sheet.chosen.connect(self._found)
        self.shell.open_sheet(sheet)

    def _open_file(self, code: str) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in MEDIA_TYPES)
        wanted = self._models.counter.takes_file(code)
        if wanted is None:
            return
        code, name = wanted
        dialog = QFileDialog(
            self.shell, say("给“{name}”附上文件", name=name), "", say("PDF 和图片 ({patterns})", patterns=patterns)
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setProperty("material", code)
        dialog.fileSelected.connect(self._file_chosen)
        # Not every desktop gives the keys back by itself.
        dialog.finished.connect(self.shell.activateWindow)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_change(self, code: str) -> None:
        view = self._models.counter.to_change(code)
        if view is not None:
            sheet = ChangeSheet(view)
            sheet.changed.connect(self._changed)
            sheet.taken_back.connect(self._taken_back)
            self.shell.open_sheet(sheet)

    # ---- answers of sheets --------------------------------------------------------------------------------------

    def _matter_chosen(self, code: str) -> None:
        self.shell.close_sheet()
        self._models.counter.choose_matter(code)

    def _notice_chosen(self, code: str, large: bool) -> None:
        self.shell.close_sheet()
        self._models.notices.give_about(code, large=large)

    def _supervisor_said(self, again: ReopenedNotice, number: str, reason: str) -> None:
        self.shell.close_sheet()
        self._models.notices.allow(again, number, reason)

    def _hinted_notice_chosen(self, code: str) -> None:
        self.shell.close_sheet()
        self._models.notices.give_about(code)

    def _outcome_chosen(self, digit: int, reason: str) -> None:
        self.shell.close_sheet()
        self._models.counter.end_matter(digit, reason)

    def _jump_chosen(self, anchor: str) -> None:
        self.shell.close_sheet()
        self.counter.jump(anchor)

    def _copied_by_hand(self, entry: ManualEntry) -> None:
        self.shell.close_sheet()
        self._models.counter.enter_by_hand(manual_document(entry))

    def _found(self, kind: str, key: str) -> None:
        self.shell.close_sheet()
        if kind in ("matter", "package"):
            self._models.frame.show_section("intake")
            self._models.counter.choose_matter(key)
        elif kind == "notice":
            self._models.frame.show_section("intake")
            self._models.notices.reopen(key)
        elif kind == "appeal":
            self._models.frame.show_section("appeals")
            self._models.appeals.find(key)
        elif kind == "elsewhere":
            self._models.frame.show_section("cases")
            self._models.cases.take_up(key)
        else:
            self._models.frame.show_section("cases")
            self._models.cases.find(key)

    def _case_asked(self, number: str) -> None:
        self._found("case", number)

    def _changed(self, code: str, value: str, reason: str) -> None:
        faults = self._models.counter.change(code, value, reason)
        sheet = self.shell.sheet
        if faults and isinstance(sheet, ChangeSheet):
            sheet.show_faults(dict(faults))
        else:
            self._back_to(code)

    def _taken_back(self, code: str) -> None:
        self._models.counter.take_back(code)
        self._back_to(code)

    def _back_to(self, code: str) -> None:
        """The form behind the sheet, where what was changed stands now."""
        self.shell.close_sheet()
        self.counter.jump(code)

    def _file_chosen(self, path: str) -> None:
        self._models.counter.attach_scan(str(self.sender().property("material")), Path(path))

    # ---- joining ------------------------------------------------------------------------------------------------

    def _add_pages(self) -> None:
        self.shell.add_page("intake", self.counter)
        for section in self._models.frame.state.sections:
            if section.key not in _BUILT:
                self.shell.add_page(section.key, NotYetPage(section.key, section.label))
        cases, devices = CasesPage(self._models.cases), DevicesPage(self._models.devices)
        cases.attention_asked.connect(self._open_attention)
        cases.supply_asked.connect(self._open_supply)
        appeals = AppealsPage(self._models.appeals)
        appeals.record_asked.connect(self._open_appeal)
        appeals.step_asked.connect(self._open_appeal_step)
        self.shell.add_page("appeals", appeals)
        devices.attention_asked.connect(self._open_attention)
        devices.handover_asked.connect(self._open_handover)
        self.shell.add_page("cases", cases)
        self.shell.add_page("devices", devices)

    def _connect(self) -> None:
        models = self._models
        self.counter.sheet_asked.connect(self._open_sheet)
        self.counter.file_asked.connect(self._open_file)
        self.counter.change_asked.connect(self._open_change)
        models.counter.changed.connect(self._ask_whose)
        models.counter.changed.connect(self._ask_consent)
        self.shell.find_asked.connect(self._open_find)
        self.shell.lock_asked.connect(self._lock_asked)
        self.shell.handover_asked.connect(self._open_handover)
        self.shell.notice_asked.connect(self._give_notice)
        models.notices.said.connect(self.shell.say)
        models.appeals.said.connect(self.shell.say)
        models.notices.supervisor_asked.connect(self._ask_supervisor)
        models.handover.folder_asked.connect(self._open_folder)
        models.handover.finished.connect(self._handover_finished)
        models.devices.screen_asked.connect(self.screen.toggle)
        models.attention.settled.connect(self.shell.say)
        models.attention.emptied.connect(self.shell.close_sheet)
        models.lock.locked.connect(self._locked)
        models.lock.unlocked.connect(self._unlocked)

    def _lock_asked(self) -> None:
        self.lock_desk("asked")

    def _locked(self) -> None:
        self._models.citizen.cover()
        self._stack.setCurrentWidget(self.lock)
        self.lock.enter()

    def _unlocked(self) -> None:
        self._models.citizen.uncover()
        self._stack.setCurrentWidget(self.shell)
        self.shell.enter()
