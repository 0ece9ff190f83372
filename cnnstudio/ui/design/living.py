"""The canvas comes alive: what the network makes of a few images, changing as it learns."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.graph import Changed, Project
from cnnstudio.training.living.look import Look, read_look, unpacked
from cnnstudio.training.living.wish import Sample, Wish
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui.canvas.card import Thumbnail
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.live_source import LiveSource
from cnnstudio.ui.design.look_cards import card, cards, strengths
from cnnstudio.ui.design.showing import Showing
from cnnstudio.ui.design.unchanged import unchanged_in
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.place import Place
from cnnstudio.ui.session import Session

PACE_MILLISECONDS = 500
NEWS = frozenset(("start", "epoch", "checkpoint", "end"))
PROBE_SPLITS = ("validation", "test", "train")
MOST_PROBES = 4

logger = logging.getLogger(__name__)


class Living(QObject):
    """Shows what the session's run makes of the probe images on the canvas.

    While the run is going on, its trainer looks at them several times a second (`LiveSource`). Else
    the kernel is asked about the weights of a checkpoint. A node shows its picture as long as it
    and all before it are what was trained: an edit takes the pictures away from where they would
    be wrong, and undoing it brings them back. `changed` tells that something else is shown.
    """

    changed = Signal()

    def __init__(self, session: Session, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._trained: Project | None = None
        self._facts: dict[str, Any] = {}
        self._asked: tuple[Any, ...] | None = None
        self._health: dict[str, dict[str, Any]] = {}
        self._pictures: dict[str, Thumbnail] = {}  # by name, in blocks by path
        self._strengths: dict[str, float] = {}
        self._shown: dict[str, Thumbnail] = {}
        self._kin_of: tuple[Project | None, Project | None, set[str]] = (None, None, set())
        self._wanted = False
        self._chosen: tuple[Sample, ...] = ()
        self._moments: deque[float] = deque(maxlen=8)
        self.look: Look | None = None
        self.showing = Showing.remembered(session.settings)
        self._source = LiveSource(session, self)
        self._source.looked.connect(self._take_live)
        self._inquiry = Inquiry(session, "thumbnails", "living thumbnails", self)
        self._inquiry.answered.connect(self._take_answer)
        self._inquiry.failed.connect(self._take_error)
        self._inquiry.settled.connect(self._go_on)
        self._pace = QTimer(self, singleShot=True, interval=PACE_MILLISECONDS)
        self._pace.timeout.connect(self._go_on)
        session.document_replaced.connect(self._start_over)
        session.changed.connect(self._take_change)
        session.place_changed.connect(self._take_place)
        session.run_changed.connect(self._take_run)
        session.runs.events.connect(self._take_events)
        session.runs.restarted.connect(self._take_restart)
        session.runs.status.connect(self._take_status)

    def refresh(self) -> None:
        """Looks for something newer, now or when it is time."""
        self._wanted = True
        self._go_on()

    # The images

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the run tells of its data; empty while that isn't known."""
        return self._facts

    @property
    def trained(self) -> Project | None:
        return self._trained

    @property
    def probes(self) -> tuple[Sample, ...]:
        """The images; none while the run's data is not known."""
        sizes = self._facts.get("sizes", {})
        there = [one for one in self._chosen if one[1] < sizes.get(one[0], 0)]
        if there:
            return tuple(there)
        split = next((name for name in PROBE_SPLITS if sizes.get(name)), None)
        return () if split is None else ((split, 0),)

    def choose_probes(self, probes: Sequence[Sample]) -> None:
        """Shows what the network makes of these images."""
        self._chosen = tuple(dict.fromkeys(probes))[:MOST_PROBES]
        self._inquiry.forget()
        self._pace.stop()
        self.refresh()
        self.changed.emit()

    def step_probes(self, by: int) -> None:
        """Takes the next images of the same splits; after the last comes the first."""
        sizes, probes = self._facts.get("sizes", {}), self.probes
        step = by * len(probes)
        self.choose_probes([(split, (at + step) % sizes[split]) for split, at in probes])

    def choose(self, **choice: Any) -> None:
        """Shows something else of what is looked at, see `Showing`."""
        before = self.showing
        self.showing = before.changed(self._session.settings, **choice)
        self._compose()
        if self.showing.wanted and self._wish() != self._wish(before):
            self._asked = None
            self._pace.stop()
        self.refresh()
        self.changed.emit()

    @property
    def applies(self) -> bool:
        """Whether there is a run of the network that is shown."""
        return self._session.run is not None and bool(self.probes) and bool(self._kin())

    @property
    def is_live(self) -> bool:
        return self._source.watching and bool(self._moments)

    @property
    def per_second(self) -> float:
        """How often looks came lately; 0 if none come."""
        moments = self._moments
        if len(moments) < 2 or time.monotonic() - moments[-1] > 3.0:
            return 0.0
        return (len(moments) - 1) / max(moments[-1] - moments[0], 1e-3)

    def known_of(self, id: str) -> Thumbnail | None:
        """What is known of a node of the shown network, as its card would tell it."""
        path = self._path(id)
        if path is None or self.look is None or path not in self.look.nodes:
            return None
        return card(self.look.nodes[path], self._health.get(path, {}), self.showing)

    # When there is something to look for

    def canvas_shown_or_hidden(self) -> None:
        self.changed.emit()
        self.refresh()

    def _start_over(self) -> None:
        self._chosen = ()
        self._shown = {}  # the canvas has dropped them itself
        self._show()
        self.refresh()

    def _take_run(self, _: RunDirectory | None) -> None:
        self._inquiry.forget()
        self._source.rest()
        self._trained, self._facts, self._asked, self.look = None, {}, None, None
        self._health = {}
        self._moments.clear()
        self._take_health(self._session.runs.history)
        self._compose()
        self.refresh()
        self.changed.emit()

    def _take_place(self, _: Place) -> None:
        self._shown = {}  # the canvas has dropped them itself
        self._canvas.set_thumbnails({})
        self._show()

    def _take_change(self, change: Changed) -> None:
        if change.before.networks is not change.after.networks:
            self._show()
            if self.look is None:  # nothing was asked while it would all have been wrong
                self.refresh()

    def _take_restart(self, run: RunDirectory) -> None:
        if run == self._session.run:
            self.refresh()

    def _take_events(self, run: RunDirectory, batch: Iterable[dict[str, Any]]) -> None:
        if run != self._session.run:
            return
        self._take_health(batch)
        if any(event["type"] in NEWS for event in batch):
            self.refresh()

    def _take_health(self, events: Iterable[dict[str, Any]]) -> None:
        told = [event for event in events if event["type"] == "layers"]
        if told:
            self._health = told[-1]["layers"]
            if not self.is_live:  # else the next look shows it
                self._compose()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        if run == self._session.run:
            if status.state not in UNFINISHED:
                self._source.rest()
                self._moments.clear()
                self.changed.emit()
            self.refresh()

    # Looking

    def _wish(self, showing: Showing | None = None) -> Wish:
        showing, probes = showing or self.showing, self.probes
        count, size = showing.maps_of(max(len(probes), 1))
        return Wish(probes, count, size, showing.wants_gradients)

    def _in_sight(self) -> bool:
        return self._canvas.isVisible() and not self._canvas.window().isMinimized()

    def _go_on(self) -> None:
        """Looks, if something is wanted and nothing keeps from it."""
        run = self._session.run
        if run is None or not self._in_sight() or not self.showing.wanted:
            self._source.rest()
            return
        if not self._wanted or self._pace.isActive() or self._inquiry.waiting:
            return
        self._wanted = False
        self._pace.start()
        trained = self._trained
        self._session.in_background(
            lambda: (run, trained or run.project(), run.checkpoints(), run.data() or {}),
            self._take_found,
            self._take_error,
        )

    def _take_found(
        self, found: tuple[RunDirectory, Project, dict[str, Path], dict[str, Any]]
    ) -> None:
        run, project, checkpoints, facts = found
        if run != self._session.run:
            return
        new = self._facts != facts
        self._trained, self._facts = project, facts
        if new:
            self.changed.emit()
        if not self.probes or not self._kin() or not self.showing.wanted:
            return
        status = self._session.runs.status_of(run)
        if status is None or status.state in UNFINISHED:
            if self._in_sight():
                self._source.watch(run, self._wish())
            if status is None or self._source.gives:
                return
        finished = status is not None and status.state == "finished"
        name = "best" if finished and "best" in checkpoints else "last"
        wish = self._wish()
        asked = checkpoints.get(name), wish
        if name in checkpoints and asked != self._asked:
            self._asked = asked
            self._inquiry.ask(
                run=str(run.path), checkpoint=name, images=[list(one) for one in wish.probes],
                size=wish.size, count=wish.count, gradients=wish.gradients,
            )  # fmt: skip

    def _take_error(self, error: Exception) -> None:
        """The next checkpoint may do better; until then there is what the trainer left."""
        logger.debug("no feature maps for the cards: %s", error)
        self._asked = None
        run = self._session.run
        if run is None:
            return
        self._session.in_background(
            lambda: read_look(run.snapshot_folder)[0], lambda look: self._take_left(run, look)
        )

    def _take_left(self, run: RunDirectory, look: Look | None) -> None:
        if run == self._session.run:
            self._take(look if look is not None and look.nodes else None)

    def _take_answer(self, answer: dict[str, Any]) -> None:
        if self._trained is not None and not self.is_live:
            self._take(unpacked(np.asarray(answer["look"]).tobytes()))

    def _take_live(self, look: Look) -> None:
        self._moments.append(time.monotonic())
        self._take(look)

    def _take(self, look: Look | None) -> None:
        self.look = look
        self._compose()
        self.changed.emit()

    # Showing

    def _kin(self) -> set[str]:
        """Ids of the nodes whose pictures from the run are true of the document."""
        trained, project = self._trained, self._session.project
        if trained is None or trained.name != project.name:
            return set()
        if self._kin_of[0] is not trained or self._kin_of[1] is not project:
            self._kin_of = trained, project, unchanged_in(trained, project)
        return self._kin_of[2]

    def _compose(self) -> None:
        """Makes the pictures anew, since something else is known or wanted."""
        look, trained, showing = self.look, self._trained, self.showing
        self._pictures, self._strengths = {}, {}
        if look is not None and trained is not None:
            if showing.maps:
                classes = self._facts.get("classes", [])
                self._pictures = cards(trained.network, look, classes, self._health, showing)
            if showing.wires != "none":
                self._strengths = strengths(look, showing.wires)
        self._show()

    def _path(self, id: str, kin: set[str] | None = None) -> str | None:
        """The name in the run of a node of the shown network, if it is as it was trained."""
        trained, place, project = self._trained, self._session.place, self._session.project
        if trained is None or place.alone is not None:
            return None
        kin = self._kin() if kin is None else kin
        if place.is_main:
            return trained.network.node(id).name if id in kin else None
        if not place.steps or place.steps[0].node_id not in kin:
            return None
        # It may have been renamed since; the run knows the node by its old name.
        first = trained.network.node(place.steps[0].node_id).name
        node = self._session.network.by_id.get(id)
        rest = place.path(project).split(".")[1:]
        return None if node is None else ".".join([first, *rest, node.name])

    def _show(self) -> None:
        """Puts the pictures that are true on the cards, and takes away the others."""
        shown: dict[str, Thumbnail] = {}
        strong: dict[str, float] = {}
        if self._pictures or self._strengths:
            kin = self._kin()
            for node in self._session.network.nodes:
                path = self._path(node.id, kin)
                if path is None:
                    continue
                if path in self._pictures:
                    shown[node.name] = self._pictures[path]
                if path in self._strengths:
                    strong[node.id] = self._strengths[path]
        if {name: id(one) for name, one in shown.items()} != {
            name: id(one) for name, one in self._shown.items()
        }:
            self._shown = shown
            self._canvas.set_thumbnails(shown)
        self._canvas.set_strengths(strong, self.showing.wires)
