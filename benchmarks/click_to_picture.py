"""From a click in Inspect to the painted picture, in the real window.

    xvfb-run -a -s "-screen 0 1440x900x24" python benchmarks/click_to_picture.py [--rounds 12]

Opens each network untrained (weights don't matter for the time) on a few images of its data, and
clicks as a person does: another image in the strip, another layer in the box, another class among
the predictions for its Grad-CAM. What is measured ends when the new picture has been painted: event
handling, the kernel's answer on its way there and back, and drawing included. Half of the clicks
are quicker than the median; the limits: 100 ms for the small networks, 400 ms for ResNet-18 at
224×224, on 2 cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LIMITS = {"shapes_small": 100.0, "lenet5": 100.0, "resnet18": 400.0}
INPUTS = {"shapes_small": (3, 64, 64), "lenet5": (1, 28, 28), "resnet18": (3, 224, 224)}
PATIENCE_SECONDS = 120.0
PAUSE_MILLISECONDS = 400  # between clicks, as of somebody who looks


class Paints(QObject):
    """Whether widgets have been painted since the answer that is expected came."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._answered = True
        self.shows_answer = True
        for widget in widgets:
            widget.installEventFilter(self)

    def expect(self) -> None:
        self._answered = self.shows_answer = False

    def take_answer(self, answer: object) -> None:
        self._answered = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._answered:
            self.shows_answer = True
        return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Lets the window live until the condition holds, with no pause of its own."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while not condition():
        QApplication.processEvents()
        time.sleep(0.0005)
        if time.perf_counter() > end:
            raise SystemExit(f"{what}: not within {PATIENCE_SECONDS:.0f} s")


def measure(name: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by what was clicked for and what was painted."""
    import cnnstudio as cs
    from cnnstudio.graph import Document
    from cnnstudio.ui.inspect import InspectWorkspace
    from cnnstudio.ui.main_window import MainWindow
    from cnnstudio.ui.notice import Notice
    from cnnstudio.ui.session import Session

    project = cs.template(name, input_shape=INPUTS[name])
    if project.data.dataset == "shapes":
        few = {"count": 120, "size": INPUTS[name][1]}
        data = project.data.model_copy(update={"options": few})
        project = project.model_copy(update={"data": data})
    session = Session()
    window = MainWindow(session)
    window.resize(1440, 900)
    window.show()
    session.replace_document(Document(project))
    window.show_workspace("inspect")
    workspace = window.findChild(InspectWorkspace)
    page, focus = workspace.image_page, workspace.focus
    if focus.subject is None:
        workspace.networks.choose_untrained()
    panels = (page.prediction, page.maps, page.heat)
    wait_for(lambda: all(panel.answered for panel in panels), f"{name} opens")
    QTest.qWait(2000)

    paints = {
        "prediction": Paints(page.prediction.view),
        "feature maps": Paints(page.maps.mosaic.viewport(), page.maps.plot),
        # Where nothing speaks for a class, a sentence stands in the view's place.
        "Grad-CAM": Paints(page.heat.view, *page.heat.findChildren(Notice)),
    }
    asked = (focus.predicting, page._maps, page._explain)
    for inquiry, paint in zip(asked, paints.values(), strict=True):
        inquiry.answered.connect(paint.take_answer)
    took: dict[str, list[float]] = {}

    def click(why: str, act: Callable[[], None], *pictures: str) -> None:
        QTest.qWait(PAUSE_MILLISECONDS)
        for one in pictures:
            paints[one].expect()
        painted: dict[str, float] = {}
        begun = time.perf_counter()
        act()

        def all_painted() -> bool:
            for one in pictures:
                if one not in painted and paints[one].shows_answer:
                    painted[one] = 1000 * (time.perf_counter() - begun)
            return len(painted) == len(pictures)

        wait_for(all_painted, why)
        for one in pictures:
            took.setdefault(f"{why}: {one}", []).append(painted[one])

    strip = workspace.images.strip
    left = Qt.MouseButton.LeftButton

    def next_image(row: int) -> None:
        place = strip.visualRect(strip.model().index(row)).center()
        QTest.mouseClick(strip.viewport(), left, pos=place)

    def next_class(number: int) -> None:
        bars = page.prediction.bars
        row = bars.order.index(number)
        place = bars.rect().topLeft()
        place.setX(20)
        place.setY(row * 24 + 12)
        QTest.mouseClick(bars, left, pos=place)

    for number in range(rounds):
        # Images that were not looked at: none is remembered.
        click("another image", lambda row=number + 1: next_image(row), *paints)
        key = Qt.Key.Key_Down if number < rounds // 2 else Qt.Key.Key_Up
        click("another layer", lambda key=key: QTest.keyClick(page.maps.layer, key), "feature maps")
        shown = page.heat.target.currentData()
        other = next(one for one in page.prediction.bars.order[1:] if one != shown)
        click("another class", lambda other=other: next_class(other), "Grad-CAM")
    window.close()
    session.close()
    return took


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=12)
    options.add_argument("networks", nargs="*", default=list(LIMITS), help=", ".join(LIMITS))
    chosen = options.parse_args()
    kept = True
    with tempfile.TemporaryDirectory() as home:
        places = ("CONFIG", "DATA", "STATE", "CACHE")
        os.environ.update({f"XDG_{place}_HOME": home for place in places})
        from cnnstudio.ui.app import make_application

        app = make_application()
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(f"{os.cpu_count()} cores, load {load:.2f}; milliseconds: median, and worst")
        for name in chosen.networks:
            for what, times in measure(name, chosen.rounds).items():
                middle = statistics.median(times)
                kept = kept and middle <= LIMITS[name]
                print(f"{name:14} {what:30} {middle:7.1f} {max(times):7.1f}", flush=True)
            print(f"{name:14} limit {LIMITS[name]:.0f}")
        del app
    print("kept" if kept else "broken")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
