"""What the doctor found in the run: a card for each finding, with its evidence and remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import CnnStudioError, Project
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui import theme
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import ICONS, Stage
from cnnstudio.ui.session import Session

if TYPE_CHECKING:
    from cnnstudio.training.doctor import Finding, Prescription

ICON = QSize(18, 18)


class DoctorPanel(Stage):
    """Remedies change the open project, as a step that can be undone, and a button beneath them
    trains it anew; those of a run of another project open that one, changed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        self._area = QScrollArea()
        super().__init__(self._area, parent)
        self.setObjectName("doctor")
        self.setAccessibleName("What the doctor found")
        self.cards: list[FindingCard] = []
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stale = True
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._show_if_seen)
        session.findings.changed.connect(self._change)
        session.changed.connect(self._change)
        session.document_replaced.connect(self._change)
        session.runs.status.connect(self._take_status)
        self._change()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.notice.redraw()
        for card in self.cards:
            card.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_if_seen()

    def _change(self, *_: object) -> None:
        self._stale = True
        self._later.start()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        """While nothing was found, what is said of that depends on how the run is doing."""
        if run == self._session.run and not self.cards:
            self._change()

    def _show_if_seen(self) -> None:
        if not self._stale or not self.isVisible():
            return
        self._stale = False
        findings = self._session.findings.found
        had_focus = self._area.isAncestorOf(QApplication.focusWidget() or self)
        self.cards = [self._card(finding) for finding in reversed(findings)]
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        for card in self.cards:
            column.addWidget(card)
        column.addStretch()
        self._area.setWidget(page)
        changed = next((card for card in self.cards if card.helped), None)
        if had_focus and changed is not None:
            changed.train.setFocus(Qt.FocusReason.OtherFocusReason)  # the next step, by keyboard
        if findings:
            self.show_content()
        else:
            hint = "It watches the loss, the gradients of each layer and the machine."
            self.tell(Message(self._silence(), hint), "mdi6.stethoscope")

    def _silence(self) -> str:
        """Why there is no finding."""
        run = self._session.run
        if run is None:
            return "No run is chosen."
        status = self._session.runs.status_of(run)
        if status is not None and status.state in UNFINISHED:
            return "The doctor is watching: nothing yet."
        if status is not None and not status.step:
            return "The run ended before its first step: there is nothing to find."
        return "The doctor has found nothing."

    def _card(self, finding: Finding) -> FindingCard:
        from cnnstudio.training.doctor import prescriptions

        project, trained = self._project, self._session.findings.trained
        helping = prescriptions(project, finding, trained) if project is not None else []
        card = FindingCard(finding, helping)
        card.on_remedy = lambda chosen: self.apply(finding, chosen)
        card.on_train = self.train
        return card

    @property
    def _project(self) -> Project | None:
        """What remedies change: the open project if the run is one of it, else the run's."""
        trained, project = self._session.findings.trained, self._session.project
        return project if trained is None or trained.name == project.name else trained

    def apply(self, finding: Finding, chosen: Prescription) -> None:
        """Changes the project; the card then offers to train it."""
        session = self._session
        if self._project is not session.project:
            try:
                changed, _ = chosen.edit.apply(self._project)
            except CnnStudioError as error:
                session.tell_error(error)
                return
            session.project_offered.emit(changed)
        elif session.try_apply(chosen.edit) and not session.actions["run.train"].isEnabled():
            self._tell_later(f"“{chosen.title}”")

    def train(self) -> None:
        """Trains the project as it is, unless a run is going on."""
        train = self._session.actions["run.train"]
        if train.isEnabled():
            train.trigger()
        else:
            self._tell_later("The changed project")

    def _tell_later(self, what: str) -> None:
        self._session.tell(
            Message(
                f"{what} counts for the next run.",
                "Stop this one, or let it come to its end, and train again.",
                actions=(("Undo", self._session.undo.undo),),
                key="remedy",
                until="edit",
            )
        )


class FindingCard(QFrame):
    """Title, sentence, evidence, advice, a button for each remedy, and one that trains what has
    been changed."""

    def __init__(self, finding: Finding, helping: list[Prescription]) -> None:
        super().__init__()
        self.finding = finding
        self.on_remedy = lambda chosen: None
        self.on_train = lambda: None
        self.setProperty("role", "card")
        self.setObjectName("finding")
        self.setAccessibleName(f"{finding.illness.title}: {finding.message}")
        self.setAccessibleDescription(finding.evidence)
        self._picture = QLabel()
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        when = f"epoch {finding.epoch}" if finding.epoch else "before the first step"
        grid.addWidget(_label(finding.illness.title, "heading"), 0, 1)
        grid.addWidget(_label(finding.message), 1, 0, 1, 2)
        grid.addLayout(self._evidence({"Found": when, **finding.facts}), 2, 0, 1, 2)
        grid.addWidget(_label(finding.illness.advice, "muted"), 3, 0, 1, 2)
        self.helped = any(chosen.done for chosen in helping)
        self.buttons = [self._button(number, chosen) for number, chosen in enumerate(helping)]
        for row, button in enumerate(self.buttons):
            grid.addWidget(button, 4 + row, 0, 1, 2)
        self.train = _wide_button("Train again", "remedy_train")
        self.train.setProperty("role", "primary")
        self.train.setToolTip("Trains the changed project, as a new run.")
        self.train.clicked.connect(lambda: self.on_train())
        grid.addWidget(self.train, 4 + len(helping), 0, 1, 2)
        self.train.setHidden(not self.helped)  # by now it is no window of its own
        self.redraw()

    def redraw(self) -> None:
        icon, color = ICONS[self.finding.illness.severity]
        self._picture.setPixmap(theme.icon(icon, color).pixmap(ICON))

    def _evidence(self, facts: dict[str, str]) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(2)
        for name, text in facts.items():
            line = _label(f"{name}: {text}")
            line.setFont(theme.font(12))
            lines.addWidget(line)
        return lines

    def _button(self, number: int, chosen: Prescription) -> QPushButton:
        button = _wide_button(_title(chosen), f"remedy_{chosen.remedy.name}")
        button.setProperty("role", "primary" if number == 0 and not self.helped else "")
        button.setEnabled(not chosen.done)
        button.setToolTip(_told(chosen))
        button.setAccessibleDescription(_told(chosen))
        button.clicked.connect(lambda: self.on_remedy(chosen))
        return button


def _title(chosen: Prescription) -> str:
    if not chosen.done:
        return chosen.title
    change = chosen.told
    what = chosen.title if change is None else f"{change.setting} {change}"
    return f"Done · {what}"


def _told(chosen: Prescription) -> str:
    """What a click changes, and why."""
    if chosen.done:
        return "The project has it already. Train again to see what it does."
    why = chosen.remedy.why
    lines = [f"{why[0].upper()}{why[1:]}. Changes the project; training it is another click."]
    for change in chosen.changes:
        now = "" if change.now == change.before else f" (the project has {change.now:g} now)"
        lines.append(f"{change.setting.capitalize()}: {change}{now}")
    return "\n".join(lines)


def _wide_button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(text)
    # A narrow panel cuts the words off rather than be wider than what is seen.
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return button


def _label(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
