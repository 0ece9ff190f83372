"""What is asked of the kernel about units, as the Image page is used."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.heat_panel import HeatPanel
from cnnstudio.ui.inspect.maps_panel import MapsPanel
from cnnstudio.ui.inspect.prediction_panel import PredictionPanel
from cnnstudio.ui.inspect.units.linked_views import LinkedViews
from cnnstudio.ui.session import Session

SAMPLES = 500


class UnitQuestions(QObject):
    """Brings to the panels what they show of units: their order, one unit's field, filter and
    samples, and what the network says without some of them.

    `ablated` are the units taken out, by layer; they stay out until they are put back, or another
    network is looked at.
    """

    def __init__(
        self,
        session: Session,
        focus: Focus,
        panels: tuple[PredictionPanel, MapsPanel, HeatPanel],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._focus = focus
        self._prediction, self._maps, heat = panels
        self.ablated: dict[str, list[int]] = {}
        images = [self._prediction.view, *heat.views.views]
        self.linked = LinkedViews(self._maps.large.view, images, self)
        self._unit = Inquiry(session, "unit", "inspect unit", self)
        self._scan = Inquiry(session, "layer_scan", "inspect scan", self)
        self._top = Inquiry(session, "top_samples", "inspect top", self)
        self._importance = Inquiry(session, "unit_importance", "inspect importance", self)
        self._ablate = Inquiry(session, "ablate", "inspect ablate", self)
        self._test = Inquiry(session, "ablate_split", "inspect ablate split", self)
        # What was asked, and the answer: good for all units of the layer.
        self._opened: tuple[Any, ...] | None = None
        self._scanned: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._connect()

    def look(self) -> None:
        """Asks anew for what depends on the network, the layer or the image."""
        self._ask_order()
        self._mark_out()
        if self.ablated and self._focus.is_ready:
            self._ablate.ask(ablated=self._copied(), **self._focus.arguments)

    def forget(self) -> None:
        for inquiry in (self._unit, self._scan, self._top, self._importance, self._ablate,
                        self._test):  # fmt: skip
            inquiry.forget()
        self._scanned = self._opened = None

    # Putting it together

    def _connect(self) -> None:
        maps, strip, without = self._maps, self._maps.large.strip, self._prediction.without
        self._focus.subject_changed.connect(self._take_subject)
        maps.sort_changed.connect(self._ask_order)
        maps.unit_opened.connect(self._show_unit)
        maps.unit_closed.connect(self._close_unit)
        strip.ablated.connect(self._take_out)
        strip.image_chosen.connect(lambda split, index: self._focus.want_image([split, index]))
        strip.scan_wanted.connect(self._ask_scan)
        strip.scan_stopped.connect(self._stop_scan)
        without.cleared.connect(self._put_all_back)
        without.wanted.connect(self._ask_test)
        without.stopped.connect(self._test.forget)
        self._unit.answered.connect(self._take_unit)
        self._scan.answered.connect(self._take_scan)
        self._scan.progressed.connect(lambda _, text: self._tell_scanning(text))
        self._top.answered.connect(self._take_top)
        self._importance.answered.connect(
            lambda answer: maps.show_order_by(
                np.asarray(answer["importance"]), f"importance for {answer['class']}"
            )
        )
        self._ablate.answered.connect(self._prediction.show_without)
        self._test.answered.connect(without.show_result)
        self._test.progressed.connect(lambda _, text: without.show_progress(text))
        for inquiry in (self._importance, self._scan, self._ablate, self._test):
            inquiry.failed.connect(self._fail)
        for inquiry in (self._unit, self._top):
            inquiry.failed.connect(lambda error: strip.about.setText(error.message))

    # One unit

    def _show_unit(self, unit: int) -> None:
        subject = self._focus.subject
        if subject is None:
            return
        self._focus.show_unit(unit)
        self.linked.link(True)
        strip = self._maps.large.strip
        strip.show_ablated(unit in self.ablated.get(self._focus.layer, []))
        opened = self._focus.layer, unit, subject.arguments
        if opened == self._opened:
            return  # only its colours, or the image, are others
        self._opened = opened
        strip.show_unit(None)
        self._unit.ask(layer=self._focus.layer, unit=unit, **subject.arguments)
        if self._known_scan() is not None:
            self._ask_top()
        else:
            self._ask_scan()

    def _close_unit(self) -> None:
        self._opened = None
        self.linked.link(False)

    def _take_unit(self, answer: dict[str, Any]) -> None:
        self._maps.large.strip.show_unit(answer)
        boxes = np.asarray(answer["boxes"])
        if boxes.ndim == 2:  # a signal's map is one pixel high
            boxes = boxes[None]
        self.linked.show_boxes(boxes if boxes.ndim == 3 else None)

    # Scans

    def _scan_arguments(self) -> dict[str, Any]:
        assert self._focus.subject is not None
        return {"layer": self._focus.layer, "samples": SAMPLES, **self._focus.subject.arguments}

    def _known_scan(self) -> dict[str, Any] | None:
        """The answer of the layer's scan, if it has come."""
        if self._scanned is not None and self._scanned[0] == self._scan_arguments():
            return self._scanned[1]
        return None

    def _ask_scan(self) -> None:
        if self._focus.subject is None:
            return
        arguments = self._scan_arguments()
        if not (self._scan.waiting and self._scan.asked == arguments):
            self._tell_scanning("Looking at test images…")
            self._scan.ask(**arguments)

    def _stop_scan(self) -> None:
        self._scan.forget()
        self._maps.large.strip.show_searching("")

    def _tell_scanning(self, text: str) -> None:
        self._maps.large.strip.show_searching(text)
        if self._maps.sort_chosen == "selectivity":
            self._maps.tell(text)

    def _take_scan(self, answer: dict[str, Any]) -> None:
        self._scanned = self._scan.asked, answer
        if self._maps.sort_chosen == "selectivity":
            self._ask_order()
        if self._maps.unit_shown is not None:
            self._ask_top()

    def _ask_top(self) -> None:
        self._top.ask(unit=self._focus.unit, **self._scan_arguments())

    def _take_top(self, answer: dict[str, Any]) -> None:
        self._maps.large.strip.show_examples(answer)

    # The order of the maps

    def _ask_order(self) -> None:
        focus, maps = self._focus, self._maps
        self._importance.forget()
        match maps.sort_chosen:
            case "selectivity" if focus.subject is not None:
                known = self._known_scan()
                if known is None:
                    self._ask_scan()
                else:
                    about = f"selectivity over {known['samples']:,} test images"
                    maps.show_order_by(np.asarray(known["selectivity"]), about)
            case "importance" if focus.is_ready:
                self._importance.ask(
                    layer=focus.layer, target=maps.class_chosen, **focus.arguments
                )  # fmt: skip

    # Units taken out

    def _take_out(self, out: bool) -> None:
        layer, unit = self._focus.layer, self._focus.unit
        units = [one for one in self.ablated.get(layer, []) if one != unit]
        self._set_ablated({**self.ablated, layer: [*units, unit] if out else units})

    def _put_all_back(self) -> None:
        self._set_ablated({})
        self._maps.large.strip.show_ablated(False)

    def _set_ablated(self, ablated: dict[str, list[int]]) -> None:
        self.ablated = {layer: units for layer, units in ablated.items() if units}
        self._test.forget()
        self._prediction.without.show_units(self.ablated)
        self._mark_out()
        if self.ablated and self._focus.is_ready:
            self._ablate.ask(ablated=self._copied(), **self._focus.arguments)
        else:
            self._ablate.forget()
            self._prediction.show_without(None)

    def _mark_out(self) -> None:
        self._maps.mosaic.show_out(self.ablated.get(self._focus.layer, []))

    def _ask_test(self) -> None:
        subject = self._focus.subject
        if subject is not None:
            self._test.ask(ablated=self._copied(), samples=SAMPLES, **subject.arguments)

    def _copied(self) -> dict[str, list[int]]:
        """What is asked must not change afterwards."""
        return {layer: list(units) for layer, units in self.ablated.items()}

    def _take_subject(self) -> None:
        """Another network has other units."""
        self._scanned = self._opened = None
        self._set_ablated({})

    def _fail(self, error: Exception) -> None:
        text = str(getattr(error, "message", error))
        self._maps.tell(text)
        self._prediction.without.forget_result()
