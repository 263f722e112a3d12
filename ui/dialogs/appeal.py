"""办不成事: a new record, what came of it, and the return visit (回访)."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clerk_app.domain.appeals import AppealWords
from ui.components.date_text import iso_date
from ui.dialogs.entry_sheet import EntrySheet
from ui.presenters.appeals import appeal_faults
from ui.viewmodels.basic import Choice
from ui.viewmodels.parts import FieldView


class AppealSheet(EntrySheet):
    """What could not be done, and who sees to it.

    Signals:
        said: the `AppealWords`, without faults.
    """

    said = Signal(object)

    def __init__(self, lines: tuple[FieldView, ...], parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("登记办不成事"),
            self.tr("记下来就有人管：写明为什么没办成、谁来承办。不影响任何办件；登记后打印登记表。"),
            lines,
            self.tr("登记并打印"),
            width=720,
            columns=2,
            parent=parent,
        )

    def first_focus(self) -> QWidget:
        known = self.values["person"] or self.values["matter"]
        return self.fields["why" if known else "person"].editor

    def finish(self) -> None:
        faults = appeal_faults(self.values)
        if faults:
            self.show_faults(faults)
            return
        said = {code: value.strip() for code, value in self.values.items()}
        due_on = iso_date(said["due_on"])
        assert due_on is not None
        words = AppealWords(
            why=said["why"],
            unit=said["unit"],
            due_on=date.fromisoformat(due_on),
            person=said["person"],
            phone=said["phone"],
            matter=said["matter"],
            case=said["case"],
            trips=int(said["trips"]) if said["trips"] else None,
            demand=said["demand"],
        )
        self.said.emit(words)


class HandlingSheet(EntrySheet):
    """What came of it.

    Signals:
        said: the result.
    """

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("登记办理结果"),
            self.tr("写明怎么办的、答复了什么。接下来还要回访。"),
            (FieldView("result", self.tr("办理结果")),),
            self.tr("登记"),
            width=520,
            parent=parent,
        )

    def finish(self) -> None:
        result = self.values["result"].strip()
        if result:
            self.said.emit(result)
        else:
            self.show_faults({"result": self.tr("请填写")})


class ReturnVisitSheet(EntrySheet):
    """What the person said afterwards; what is not solved goes on with a new last day.

    Signals:
        said: whether it is solved, what was said, the new last day or None.
    """

    said = Signal(bool, str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        solved = (Choice("yes", self.tr("已经解决")), Choice("no", self.tr("没有解决")))
        super().__init__(
            self.tr("登记回访"),
            self.tr("问过本人再登记。没有解决的接着办，要写新的期限。"),
            (
                FieldView("solved", self.tr("解决了没有"), editor="choice", choices=solved),
                FieldView("said", self.tr("本人怎么说"), optional=True, placeholder=self.tr("可不填")),
                FieldView(
                    "due_on",
                    self.tr("新的期限"),
                    editor="date",
                    optional=True,
                    placeholder=self.tr("没有解决才填"),
                ),
            ),
            self.tr("登记"),
            width=520,
            parent=parent,
        )

    def finish(self) -> None:
        solved, due_on = self.values["solved"], iso_date(self.values["due_on"])
        if not solved:
            self.show_faults({"solved": self.tr("请选一项")})
        elif solved == "no" and due_on is None:
            self.show_faults({"due_on": self.tr("没有解决的要写新的期限，例：2026-11-30")})
        else:
            until = date.fromisoformat(due_on) if due_on is not None and solved == "no" else None
            self.said.emit(solved == "yes", self.values["said"].strip(), until)
