"""Pictures of every page and state: `python -m ui.screenshots OUT_DIR`.

1366×768, off screen, with the vendored fonts and invented people; the counter also at 150 %, in a process of its own
because the scale is settled before the application begins.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from ui import fonts
from ui.dialogs.appeal import AppealSheet, ReturnVisitSheet
from ui.dialogs.attention import AttentionSheet
from ui.dialogs.change import ChangeSheet
from ui.dialogs.consent import ConsentSheet
from ui.dialogs.counter_sheets import MatterSheet, MissingSheet
from ui.dialogs.handover import HandoverSheet
from ui.dialogs.hints import HintsSheet
from ui.dialogs.keys_help import KeysSheet
from ui.dialogs.manual_entry import ManualEntrySheet
from ui.dialogs.outcome import OutcomeSheet
from ui.dialogs.result import ResultSheet
from ui.dialogs.supervisor import SupervisorSheet
from ui.dialogs.supply import SupplySheet
from ui.dialogs.whose import WhoseSheet
from ui.look import dress
from ui.pages.appeals import AppealsPage
from ui.pages.cases import CasesPage
from ui.pages.citizen import CitizenWindow
from ui.pages.counter import CounterPage
from ui.pages.devices import DevicesPage
from ui.pages.not_yet import NotYetPage
from ui.pages.page import Page
from ui.pages.shell import Shell
from ui.pages.sign_in import LockPage, SignInPage
from ui.samples import appeals, attention, counter, frames, handover, lists, packages, transport
from ui.samples.models import StillModel
from ui.viewmodels.basic import Choice
from ui.viewmodels.counter_state import WhoseView
from ui.viewmodels.outcome_state import outcome_views

if TYPE_CHECKING:
    from ui.viewmodels.appeals import AppealsState
    from ui.viewmodels.attention_state import AttentionState
    from ui.viewmodels.cases import CasesState
    from ui.viewmodels.citizen_state import CitizenState
    from ui.viewmodels.counter_state import CounterState
    from ui.viewmodels.devices_state import DevicesState
    from ui.viewmodels.frame import FrameState
    from ui.viewmodels.handover_state import HandoverState
    from ui.viewmodels.search_state import SearchState

FULL = QSize(1366, 768)
SCALED = QSize(911, 512)
"""1366×768 at 150 %, in logical pixels."""

Maker = Callable[[], QWidget]


def counter_shell(state: CounterState, frame: FrameState | None = None, search: SearchState | None = None) -> Shell:
    """The shell with the counter in front."""
    shell = Shell(StillModel(frame or frames.online()))
    shell.add_page("intake", CounterPage(StillModel(state), StillModel(search or lists.all_matters())))
    return shell


def cases_shell(state: CasesState) -> Shell:
    """The shell with the case list in front."""
    shell = Shell(StillModel(frames.online("cases")))
    shell.add_page("cases", CasesPage(StillModel(state)))
    return shell


def appeals_shell(state: AppealsState) -> Shell:
    """The shell with the 办不成事 register in front."""
    shell = Shell(StillModel(frames.online("appeals")))
    shell.add_page("appeals", AppealsPage(StillModel(state)))
    return shell


def devices_shell(state: DevicesState, frame: FrameState) -> Shell:
    """The shell with devices and sync in front."""
    shell = Shell(StillModel(frame))
    shell.add_page("devices", DevicesPage(StillModel(state)))
    return shell


def not_yet_shell() -> Shell:
    """The shell with a section to come in front."""
    shell = Shell(StillModel(frames.online("outreach")))
    shell.add_page("outreach", NotYetPage("outreach", "外出"))
    return shell


def citizen(state: CitizenState) -> CitizenWindow:
    """The second screen."""
    window = CitizenWindow()
    window.render(state)
    return window


def _with_outcomes() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(OutcomeSheet(outcome_views(), "居住登记及居住证申领"))
    return shell


def _with_whose() -> Shell:
    shell = counter_shell(counter.on_form())
    roles = (Choice("agent", "代理人"), Choice("legal_representative", "法定代表人（负责人）"))
    shell.open_sheet(WhoseSheet(WhoseView("林例秀", "999999 19410215 0023", roles)))
    return shell


def _with_change() -> Shell:
    shell = counter_shell(counter.with_change())
    shell.open_sheet(ChangeSheet(counter.change()))
    return shell


def _with_consent() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(ConsentSheet(("开户行", "账号", "户名")))
    return shell


def _with_supply() -> Shell:
    state = packages.case_list()
    assert state.detail is not None
    shell = cases_shell(state)
    shell.open_sheet(SupplySheet(state.detail.matter, state.detail.to_come))
    return shell


def _with_keys() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(KeysSheet())
    return shell


def _with_hints(state: CounterState) -> Shell:
    shell = counter_shell(state)
    shell.open_sheet(HintsSheet(StillModel(state)))
    return shell


def _with_manual_entry() -> Shell:
    shell = counter_shell(counter.no_reader())
    shell.open_sheet(ManualEntrySheet())
    return shell


def _with_supervisor() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(SupervisorSheet(("残疾人证", "近期免冠照片")))
    return shell


def _with_matters() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(MatterSheet(StillModel(lists.all_matters())))
    return shell


def _with_elders_menu() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(MatterSheet(StillModel(lists.matters_of_elders())))
    return shell


def _with_missing() -> Shell:
    shell = counter_shell(counter.on_form())
    shell.open_sheet(MissingSheet(counter.on_form()))
    return shell


def _with_attention(state: AttentionState) -> Shell:
    shell = devices_shell(lists.devices_syncing(), frames.online("devices"))
    shell.open_sheet(AttentionSheet(StillModel(state)))
    return shell


def _with_handover(state: HandoverState) -> Shell:
    shell = devices_shell(lists.devices_unplugged(), frames.offline("devices"))
    shell.open_sheet(HandoverSheet(StillModel(state)))
    return shell


def _with_result() -> Shell:
    state = packages.case_to_register()
    assert state.detail is not None
    shell = cases_shell(state)
    shell.open_sheet(ResultSheet(state.detail.to_register[0], lambda _number, _values: {}))
    return shell


def _with_appeal() -> Shell:
    shell = appeals_shell(appeals.register())
    shell.open_sheet(AppealSheet(appeals.lines()))
    return shell


def _with_return_visit() -> Shell:
    shell = appeals_shell(appeals.answered())
    shell.open_sheet(ReturnVisitSheet())
    return shell


def _with_toast() -> Shell:
    shell = counter_shell(counter.idle_parked())
    shell.say("叫号：本版还没有", "请用大厅的叫号机叫下一位，再按 F2 读证。")
    return shell


PICTURES: dict[str, Maker] = {
    "sign_in": lambda: SignInPage(StillModel(frames.sign_in())),
    "sign_in_wrong": lambda: SignInPage(StillModel(frames.sign_in_wrong())),
    "sign_in_locked_out": lambda: SignInPage(StillModel(frames.sign_in_locked_out())),
    "sign_in_busy": lambda: SignInPage(StillModel(frames.sign_in_busy())),
    "sign_in_rolled_back": lambda: SignInPage(StillModel(frames.sign_in_rolled_back())),
    "sign_in_revoked": lambda: SignInPage(StillModel(frames.sign_in_revoked())),
    "sign_in_no_store": lambda: SignInPage(StillModel(frames.sign_in_no_store())),
    "attention": lambda: _with_attention(attention.conflict()),
    "attention_parked": lambda: _with_attention(attention.parked()),
    "attention_referred": lambda: _with_attention(attention.referred()),
    "attention_malformed": lambda: _with_attention(attention.malformed()),
    "attention_recheck": lambda: _with_attention(attention.recheck()),
    "attention_unreadable": lambda: _with_attention(attention.unreadable()),
    "handover": lambda: _with_handover(handover.waiting()),
    "handover_writing": lambda: _with_handover(handover.writing()),
    "handover_written": lambda: _with_handover(handover.written()),
    "handover_full": lambda: _with_handover(handover.full()),
    "handover_no_stick": lambda: _with_handover(handover.no_stick()),
    "handover_carrying": lambda: _with_handover(handover.carrying()),
    "handover_taken": lambda: _with_handover(handover.taken()),
    "lock": lambda: LockPage(StillModel(frames.locked())),
    "counter_idle": lambda: counter_shell(counter.idle()),
    "counter_idle_parked": lambda: counter_shell(counter.idle_parked()),
    "counter_reading": lambda: counter_shell(counter.reading()),
    "counter_read_failed": lambda: counter_shell(counter.read_failed()),
    "counter_no_reader": lambda: counter_shell(counter.no_reader()),
    "counter_person": lambda: counter_shell(counter.asking()),
    "counter_matter": lambda: counter_shell(counter.choosing()),
    "counter_matter_none": lambda: counter_shell(counter.choosing(), search=lists.nothing_found()),
    "package_situations": lambda: counter_shell(packages.asking()),
    "package_choice": lambda: counter_shell(packages.asked()),
    "package_materials": lambda: counter_shell(packages.on_materials()),
    "package_check": lambda: counter_shell(packages.on_check()),
    "package_done": lambda: counter_shell(packages.done()),
    "package_form": lambda: counter_shell(packages.on_form()),
    "package_table": lambda: counter_shell(transport.vehicles()),
    "counter_materials": lambda: counter_shell(counter.on_materials()),
    "counter": lambda: counter_shell(counter.on_form()),
    "counter_offline": lambda: counter_shell(counter.on_form_offline(), frames.offline()),
    "counter_not_saved": lambda: counter_shell(counter.form_not_saved()),
    "counter_changed": lambda: counter_shell(counter.with_change()),
    "change": _with_change,
    "consent": _with_consent,
    "counter_check": lambda: counter_shell(counter.on_check()),
    "counter_taking_in": lambda: counter_shell(counter.taking_in()),
    "counter_done": lambda: counter_shell(counter.done()),
    "counter_done_no_paper": lambda: counter_shell(counter.done_no_paper(), frames.offline()),
    "short": lambda: counter_shell(counter.short(), frames.offline()),
    "short_not_present": lambda: counter_shell(counter.short_not_present(), frames.offline()),
    "short_expired_card": lambda: counter_shell(counter.short_expired_card()),
    "short_done": lambda: counter_shell(counter.short_done(), frames.offline()),
    "counter_hints": lambda: counter_shell(counter.with_hints()),
    "hints": lambda: _with_hints(counter.with_hints()),
    "hints_opened": lambda: _with_hints(counter.with_hints_opened()),
    "outcomes": _with_outcomes,
    "whose": _with_whose,
    "matters": _with_matters,
    "matters_elders": _with_elders_menu,
    "manual_entry": _with_manual_entry,
    "supervisor": _with_supervisor,
    "keys": _with_keys,
    "toast": _with_toast,
    "cases": lambda: cases_shell(lists.case_list()),
    "cases_package": lambda: cases_shell(packages.case_list()),
    "cases_owed": lambda: cases_shell(lists.case_list_owed()),
    "cases_to_register": lambda: cases_shell(packages.case_to_register()),
    "cases_result": _with_result,
    "supply": _with_supply,
    "cases_loading": lambda: cases_shell(lists.case_list_loading()),
    "cases_not_arrived": lambda: cases_shell(lists.case_list_not_arrived()),
    "cases_empty": lambda: cases_shell(lists.case_list_empty()),
    "cases_broken": lambda: cases_shell(lists.case_list_broken()),
    "appeals": lambda: appeals_shell(appeals.register()),
    "appeals_empty": lambda: appeals_shell(appeals.nothing()),
    "appeal_new": _with_appeal,
    "appeal_visit": _with_return_visit,
    "devices": lambda: devices_shell(lists.devices_syncing(), frames.online("devices")),
    "devices_unplugged": lambda: devices_shell(lists.devices_unplugged(), frames.offline("devices")),
    "devices_repaired": lambda: devices_shell(lists.devices_repaired(), frames.online("devices")),
    "devices_practice": lambda: devices_shell(lists.devices_practice(), frames.online("devices")),
    "not_yet": not_yet_shell,
    "citizen_idle": lambda: citizen(lists.citizen_idle()),
    "citizen_check": lambda: citizen(lists.citizen_check()),
    "citizen_check_package": lambda: citizen(lists.citizen_check_package()),
    "citizen_rating": lambda: citizen(lists.citizen_rating()),
    "citizen_rating_long": lambda: citizen(lists.citizen_rating_long()),
    "citizen_thanks": lambda: citizen(lists.citizen_thanks()),
    "citizen_not_rated": lambda: citizen(lists.citizen_not_rated()),
}

SCALED_PICTURES: dict[str, Maker] = {
    "counter_150": PICTURES["counter"],
    "counter_materials_150": PICTURES["counter_materials"],
    "package_situations_150": PICTURES["package_situations"],
    "package_materials_150": PICTURES["package_materials"],
    "package_form_150": PICTURES["package_form"],
    "package_table_150": PICTURES["package_table"],
    "package_done_150": PICTURES["package_done"],
    "counter_check_150": PICTURES["counter_check"],
    "counter_done_150": PICTURES["counter_done"],
    "counter_missing_150": _with_missing,
    "counter_matter_150": PICTURES["counter_matter"],
    "matters_elders_150": PICTURES["matters_elders"],
    "counter_hints_150": PICTURES["counter_hints"],
    "hints_150": PICTURES["hints"],
    "short_150": PICTURES["short"],
    "cases_150": PICTURES["cases"],
    "cases_package_150": PICTURES["cases_package"],
    "devices_150": PICTURES["devices"],
    "sign_in_150": PICTURES["sign_in"],
    "sign_in_rolled_back_150": PICTURES["sign_in_rolled_back"],
    "sign_in_revoked_150": PICTURES["sign_in_revoked"],
    "handover_written_150": PICTURES["handover_written"],
    "handover_carrying_150": PICTURES["handover_carrying"],
    "attention_150": PICTURES["attention"],
    "attention_recheck_150": PICTURES["attention_recheck"],
}


def shown(make: Maker, size: QSize) -> QWidget:
    """A page as a clerk would see it: laid out at `size`, with the focus where it belongs."""
    widget = make()
    widget.resize(size)
    widget.show()
    _settle(widget)
    return widget


def pictures(out: Path, makers: dict[str, Maker], size: QSize) -> Iterator[Path]:
    """Write one PNG a maker into `out`."""
    for name, make in makers.items():
        widget = shown(make, size)
        path = out / f"{name}.png"
        widget.grab().save(str(path))
        widget.close()
        widget.deleteLater()
        yield path


def main(arguments: list[str]) -> int:
    """Write all pictures; the scaled ones in a process of their own."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    scaled = "--scaled" in arguments
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    dress(app)
    fonts.load_rare_fonts()
    for path in pictures(out, SCALED_PICTURES if scaled else PICTURES, SCALED if scaled else FULL):
        print(path)
    if scaled:
        return 0
    scale = dict(os.environ, QT_SCALE_FACTOR="1.5")
    return subprocess.run(
        [sys.executable, "-m", "ui.screenshots", str(out), "--scaled"], env=scale, check=False
    ).returncode


def _settle(widget: QWidget) -> None:
    if isinstance(widget, Page):
        widget.activateWindow()
        widget.enter()
    for _ in range(3):
        QApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
