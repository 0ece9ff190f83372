"""The canvas comes alive: feature maps of one image on the cards, changing as the run learns."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from cnnstudio.graph import Changed, Network, Project
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.canvas.card import Thumbnail
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.unchanged import unchanged_in
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.place import Place
from cnnstudio.ui.session import Session

PACE_MILLISECONDS = 500
NEWS = frozenset(("start", "epoch", "checkpoint", "end"))
PROBE_SPLITS = ("validation", "test", "train")
MAPS = 5
MAP_PIXELS = 64  # twice their size on a card, for zooming in and for dense screens

Probe = tuple[str, int]  # split and number of a sample

logger = logging.getLogger(__name__)


class Living(QObject):
    """Shows what the session's run makes of a probe image on the canvas.

    It looks for new weights when the run tells of some, at most every `PACE_MILLISECONDS` and
    while the canvas is in sight. A node shows its picture as long as it and all before it are
    what was trained: an edit takes the pictures away from where they would be wrong, and undoing
    it brings them back.
    """

    def __init__(self, session: Session, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._trained: Project | None = None
        self._facts: dict[str, Any] = {}
        self._asked: tuple[Path, Probe] | None = None
        self._pictures: dict[str, Thumbnail] = {}
        self._inside: dict[str, Thumbnail] = {}  # of what is in blocks, by path
        self._shown: dict[str, Thumbnail] = {}
        self._wanted = False
        self._probe = 0
        self._inquiry = Inquiry(session, "thumbnails", "living thumbnails", self)
        self._inquiry.answered.connect(self._take_answer)
        self._inquiry.failed.connect(self._take_error)
        self._inquiry.settled.connect(self._go_on)
        self._pace = QTimer(self, singleShot=True, interval=PACE_MILLISECONDS)
        self._pace.timeout.connect(self._go_on)
        self._add_actions()
        session.document_replaced.connect(self._start_over)
        session.changed.connect(self._take_change)
        session.place_changed.connect(self._take_place)
        session.run_changed.connect(self._take_run)
        session.runs.events.connect(self._take_events)
        session.runs.restarted.connect(self._take_restart)
        session.runs.status.connect(self._take_status)
        self.refresh()

    def refresh(self) -> None:
        """Looks for newer weights, now or when it is time."""
        self._wanted = True
        self._go_on()

    @property
    def probe(self) -> Probe | None:
        """The image; None while the run's data is not known."""
        sizes = self._facts.get("sizes", {})
        split = next((name for name in PROBE_SPLITS if sizes.get(name)), None)
        return None if split is None else (split, self._probe % sizes[split])

    def step_probe(self, by: int) -> None:
        """Takes another image of the same split; after the last comes the first."""
        self._probe += by
        self._inquiry.forget()
        self._pace.stop()
        self.refresh()

    # When there is something to look for

    def _add_actions(self) -> None:
        add = self._session.actions.add
        self._switch = add(
            "view.thumbnails", "Feature maps on the cards", None, None,
            "mdi6.image-multiple-outline", "View", checkable=True,
            tip="Show what each layer makes of an image, as the network learns",
        )  # fmt: skip
        self._switch.setChecked(self._session.settings.value("design/thumbnails", True))
        self._switch.toggled.connect(self._take_switch)
        self._steps = [
            add(f"view.{id}_probe", f"{id.capitalize()} probe image",
                lambda by=by: self.step_probe(by), keys, icon, "View",
                tip=f"Show what the layers make of the {id} image")
            for id, by, keys, icon in (("next", 1, "Alt+PgDown", "mdi6.chevron-right"),
                                       ("previous", -1, "Alt+PgUp", "mdi6.chevron-left"))
        ]  # fmt: skip
        self._enable_steps()

    def _enable_steps(self) -> None:
        for action in self._steps:
            action.setEnabled(bool(self._shown) and self._canvas.isVisible())

    def _take_switch(self, on: bool) -> None:
        self._session.settings.set_value("design/thumbnails", on)
        self._show()
        self.refresh()

    def canvas_shown_or_hidden(self) -> None:
        self._enable_steps()
        self._go_on()

    def _start_over(self) -> None:
        self._probe = 0
        self._shown = {}  # the canvas has dropped them itself
        self._show()
        self.refresh()

    def _take_run(self, _: RunDirectory | None) -> None:
        self._inquiry.forget()
        self._trained, self._facts, self._asked, self._pictures = None, {}, None, {}
        self._inside = {}
        self._show()
        self.refresh()

    def _take_place(self, _: Place) -> None:
        self._shown = {}  # the canvas has dropped them itself
        self._canvas.set_thumbnails({})
        self._show()

    def _take_change(self, change: Changed) -> None:
        if change.before.networks is not change.after.networks:
            self._show()
            if not self._pictures:  # nothing was asked while they would all have been wrong
                self.refresh()

    def _take_restart(self, run: RunDirectory) -> None:
        if run == self._session.run:
            self.refresh()

    def _take_events(self, run: RunDirectory, batch: Iterable[dict[str, Any]]) -> None:
        if run == self._session.run and any(event["type"] in NEWS for event in batch):
            self.refresh()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        if run == self._session.run and status.state == "finished":
            self.refresh()

    # Looking

    def _go_on(self) -> None:
        """Looks, if something is wanted and nothing keeps from it."""
        run = self._session.run
        hindered = self._pace.isActive() or self._inquiry.waiting or not self._canvas.isVisible()
        if not self._wanted or hindered or run is None or not self._switch.isChecked():
            return
        self._wanted = False
        self._pace.start()
        trained = self._trained
        self._session.in_background(
            lambda: (run, trained or run.project(), run.checkpoints(), run.data() or {}),
            self._take_look,
            self._take_error,
        )

    def _take_look(
        self, look: tuple[RunDirectory, Project, dict[str, Path], dict[str, Any]]
    ) -> None:
        run, project, checkpoints, facts = look
        if run != self._session.run:
            return
        self._trained, self._facts = project, facts
        status = self._session.runs.status_of(run)
        finished = status is not None and status.state == "finished"
        name = "best" if finished and "best" in checkpoints else "last"
        probe = self.probe
        if name not in checkpoints or probe is None or not self._kin():
            return
        asked = checkpoints[name], probe
        if asked != self._asked:
            self._asked = asked
            self._inquiry.ask(
                run=str(run.path), checkpoint=name, image=list(probe), size=MAP_PIXELS, count=MAPS
            )

    def _take_error(self, error: Exception) -> None:
        """The next checkpoint may do better; until then there are no pictures."""
        logger.debug("no feature maps for the cards: %s", error)
        self._asked = None
        self._pictures = {}
        self._show()

    def _take_answer(self, answer: dict[str, Any]) -> None:
        if self._trained is not None and self._asked is not None:
            (_, (_, number)), classes = self._asked, self._facts["classes"]
            self._pictures = pictures(self._trained.network, answer, classes, number)
            self._inside = {name: one for name, one in answer["nodes"].items() if "." in name}
            self._show()

    # Showing

    def _kin(self) -> set[str]:
        """Ids of the nodes whose pictures from the run are true of the document."""
        trained, project = self._trained, self._session.project
        if trained is None or trained.name != project.name:
            return set()
        return unchanged_in(trained, project)

    def _show(self) -> None:
        """Puts the pictures that are true on the cards, and takes away the others."""
        network = self._session.project.network
        shown = {}
        if not self._session.place.is_main:
            shown = self._within()
        elif self._pictures and self._switch.isChecked():
            shown = {
                network.node(id).name: self._pictures[id]
                for id in self._kin()
                if id in self._pictures
            }
        if {name: id(one) for name, one in shown.items()} != {
            name: id(one) for name, one in self._shown.items()
        }:
            self._shown = shown
            self._canvas.set_thumbnails(shown)
            self._enable_steps()

    def _within(self) -> dict[str, Thumbnail]:
        """The pictures of what is in the block that is open, by node name."""
        place, project, trained = self._session.place, self._session.project, self._trained
        if trained is None or not self._switch.isChecked() or not place.steps:
            return {}
        if place.alone is not None or place.steps[0].node_id not in self._kin():
            return {}
        path = place.path(project)
        # It may have been renamed since; the run knows the node by its old name.
        names = [trained.network.node(place.steps[0].node_id).name, *path.split(".")[1:]]
        prefix = ".".join(names) + "."
        return {
            name.removeprefix(prefix): picture
            for name, picture in self._inside.items()
            if name.startswith(prefix)
        }


def pictures(
    network: Network, answer: dict[str, Any], classes: Sequence[str], number: int
) -> dict[str, Thumbnail]:
    """The kernel's answer about a sample as the canvas takes it, by node id."""
    found: dict[str, Thumbnail] = {}
    outputs = [node for node in network.nodes if node.kind == "Output"]
    chances = answer["probabilities"] if len(outputs) == 1 else None
    for node in network.nodes:
        if node.kind == "Input":
            name = _class_name(classes, answer["label"])
            found[node.id] = {"image": answer["image"], "caption": f"{name} #{number}"}
        elif node.kind == "Output" and chances is not None:
            likely = int(chances.argmax())
            text = f"{_class_name(classes, likely)}  {chances[likely]:.2f}"
            found[node.id] = {"text": text}
        elif node.name in answer["nodes"]:
            found[node.id] = answer["nodes"][node.name]
    return found


def _class_name(classes: Sequence[str], number: int) -> str:
    return classes[number] if number < len(classes) else f"class {number}"
