"""How quick the canvas is with a large network: building, frames, dragging, arranging.

    python benchmarks/canvas.py [--nodes 1000] [--frames 60]

A frame is one step and one full repaint into an image, in a 1440×900 window that is never shown.
The yardstick, measured in the same run: 1,000 plain QGraphicsRectItems and 1,000 curves. The goals
are 16 ms for the median frame, one second for building the scene, and two seconds for arranging
500 nodes. What is measured is the time this process works, so that whatever else the machine does
counts for neither.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView

from cnnstudio.compiler.report import Report
from cnnstudio.graph import Document, Edge, Network, Node, Problem, Project
from cnnstudio.graph.layout import arrange
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, MAPS_HEIGHT
from cnnstudio.ui.canvas.gestures.gesture import Pointer
from cnnstudio.ui.canvas.gestures.move import MoveGesture
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings

WIDTH, HEIGHT = 1440, 900
FRAME_MILLISECONDS = 16.0
BUILD_MILLISECONDS = 1000.0
ARRANGE_MILLISECONDS = 2000.0
SCALES = (1.0, 0.5, 0.31, 0.25)
KINDS = ("Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "ReLU", "Add")
COLUMN = 18
FEW = 5

Step = Callable[[int], object]


def large_network(nodes: int) -> Network:
    """A residual chain in columns: every ninth node adds what stood before its block."""
    made, edges = [], []
    for i in range(nodes):
        kind = KINDS[i % len(KINDS)] if 0 < i < nodes - 1 else ("Input" if i == 0 else "Output")
        column, row = divmod(i, COLUMN)
        place = (column * 296.0, row * 168.0)
        made.append(Node(id=f"n{i}", kind=kind, name=f"layer{i}", position=place))
        if i:
            edges.append(Edge(source=f"n{i - 1}", target=f"n{i}"))
        if kind == "Add":
            edges.append(Edge(source=f"n{i - 9 if i > 9 else 0}", target=f"n{i}", target_port=1))
    return Network(nodes=tuple(made), edges=tuple(edges))


def dense_network(layers: int) -> Network:
    """Blocks of twelve layers, each of which takes what all before it in the block gave."""
    made, edges, given = [Node(id="n0", kind="Input", name="n0")], [], ["n0"]

    def add(kind: str, *sources: str) -> str:
        id = f"n{len(made)}"
        made.append(Node(id=id, kind=kind, name=id))
        edges.extend(Edge(source=s, target=id, target_port=p) for p, s in enumerate(sources))
        return id

    for layer in range(layers):
        if layer % 12 == 0:
            given = [add("Conv2d", given[-1])]
        joined = add("Concat", *given) if len(given) > 1 else given[0]
        given.append(add("Conv2d", add("ReLU", add("BatchNorm2d", joined))))
    return Network(nodes=tuple(made), edges=tuple(edges))


def report_on(network: Network) -> Report:
    """As if checked: every tensor is 64×32×32, every fiftieth node has a problem."""
    return Report(
        shapes={node.name: [64, 32, 32] for node in network.nodes},
        problems=[
            Problem(node_id=node.id, node=node.name, severity="warning", message="Slow.")
            for node in network.nodes[::50]
        ],
    )


def canvas_of(network: Network, thumbnails: bool) -> CanvasView:
    session = Session(settings=Settings(Path(tempfile.mkdtemp()) / "settings.ini"))
    session.kernel.close()
    session.replace_document(Document(Project(networks=(network,))))
    session.report = report_on(network)
    canvas = CanvasView(session)
    if thumbnails:
        maps = np.random.default_rng(0).integers(0, 255, (5, 32, 32), dtype=np.uint8)
        canvas.set_thumbnails(
            {n.name: {"maps": maps, "channels": 64, "mean": 0.3, "dead": 0} for n in network.nodes}
        )
    canvas.resize(WIDTH, HEIGHT)
    return canvas


def plain_view(items: int) -> QGraphicsView:
    """The yardstick: rectangles and curves as Qt draws them."""
    scene = QGraphicsScene()
    for i in range(items):
        x, y = i // 32 * 296.0, i % 32 * 168.0
        scene.addRect(QRectF(x, y, 200, 128))
        path = QPainterPath(QPointF(x + 100, y + 128))
        path.cubicTo(x + 100, y + 148, x + 100, y + 148, x + 100 + random.random(), y + 168)
        scene.addPath(path)
    view = QGraphicsView(scene)
    view.kept_scene = scene
    view.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.resize(WIDTH, HEIGHT)
    return view


def frame_times(view: QGraphicsView, step: Step, frames: int) -> list[float]:
    """Milliseconds of each frame, after a few frames to warm up."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    took = []
    for i in range(frames + 10):
        begun = time.process_time()
        step(i)
        view.viewport().render(image)
        took.append(1000 * (time.process_time() - begun))
    return took[10:]


def panned(view: QGraphicsView) -> Step:
    bars = view.horizontalScrollBar(), view.verticalScrollBar()

    def step(i: int) -> None:
        sign = 1 if i // 30 % 2 == 0 else -1
        for bar in bars:
            bar.setValue(bar.value() + sign * 7)

    return step


def zoomed(view: QGraphicsView) -> Step:
    def step(i: int) -> None:
        factor = 1.02 if i // 10 % 2 == 0 else 1 / 1.02
        if isinstance(view, CanvasView):
            view.camera.zoom(factor)
        else:
            view.scale(factor, factor)

    return step


def dragged(view: CanvasView, count: int) -> tuple[Step, Callable[[], object]]:
    """Drags this many cards about; what to call at the end to let go without an edit."""
    scene = view.canvas_scene
    middle = view.visible_rect().center()
    nearest = sorted(
        scene.nodes.values(), key=lambda item: (item.rect.center() - middle).manhattanLength()
    )
    view.select([item.id for item in nearest[:count]])
    gesture = MoveGesture(view, nearest[0])
    start = nearest[0].rect.center()

    def pointer(at: QPointF) -> Pointer:
        return Pointer(at, QPointF(view.viewportTransform().map(at)))

    gesture.press(pointer(start))

    def step(i: int) -> None:
        there = QPointF(40.0 + 9 * (i % 30), 60.0 + 5 * (i % 30))
        gesture.move(pointer(start + there))

    return step, gesture.cancel


def look_at(view: QGraphicsView, scale: float, centre: QPointF) -> None:
    if isinstance(view, CanvasView):
        view.camera.zoom_to(scale)
    else:
        view.resetTransform()
        view.scale(scale, scale)
    view.centerOn(centre)


def measure(view: QGraphicsView, scale: float, centre: QPointF, frames: int) -> dict[str, list]:
    found = {}
    for name, step in (("pan", panned(view)), ("zoom", zoomed(view))):
        look_at(view, scale, centre)
        found[name] = frame_times(view, step, frames)
    if isinstance(view, CanvasView):
        for name, count in (("drag 1", 1), (f"drag {FEW}", FEW), ("drag all", 10**9)):
            look_at(view, scale, centre)
            step, let_go = dragged(view, count)
            found[name] = frame_times(view, step, frames)
            let_go()
        view.select([])
    return found


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def frames_of(network: Network, frames: int) -> float:
    """Prints a line a scale and movement; the slowest median frame."""
    views = {
        "cards": canvas_of(network, thumbnails=False),
        "cards with feature maps": canvas_of(network, thumbnails=True),
    }
    plain = plain_view(1000)
    slowest = 0.0
    print(f"\n{'':40}median      p99   plain Qt  ratio   (milliseconds a frame)")
    for scale in SCALES:
        floor = measure(plain, scale, plain.sceneRect().center(), frames)
        for label, view in views.items():
            found = measure(view, scale, view.canvas_scene.bounds().center(), frames)
            for what, times in found.items():
                median = statistics.median(times)
                p99 = statistics.quantiles(times, n=100)[98]
                beside = statistics.median(floor.get(what, floor["pan"]))
                slowest = max(slowest, median)
                print(
                    f"{scale:4.0%}  {what:9} {label:24} {median:6.2f}   {p99:6.2f}"
                    f"   {beside:6.2f}   {median / beside:6.2f}"
                )
    return slowest


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--nodes", type=int, default=1000)
    options.add_argument("--frames", type=int, default=60)
    arguments = options.parse_args()
    app = QApplication.instance() or QApplication([])
    canvas_of(large_network(10), thumbnails=False)  # loads what is loaded once
    network = large_network(arguments.nodes)
    built = milliseconds(lambda: canvas_of(network, thumbnails=False))
    print(f"{len(network.nodes)} nodes, {len(network.edges)} wires, {WIDTH}×{HEIGHT}")
    print(f"build     {built:6.0f} ms   goal {BUILD_MILLISECONDS:g} ms")
    arranged = 0.0
    for label, graph in (
        ("residual", large_network(500)), ("dense blocks", dense_network(120)),
    ):  # fmt: skip
        took = milliseconds(
            lambda graph=graph: arrange(
                graph, lambda node: (CARD_WIDTH, MAPS_HEIGHT), room=(WIDTH, HEIGHT)
            )
        )
        arranged = max(arranged, took)
        print(
            f"arrange   {took:6.0f} ms   goal {ARRANGE_MILLISECONDS:g} ms"
            f"   {label}, {len(graph.nodes)} nodes, {len(graph.edges)} wires"
        )
    slowest = frames_of(network, arguments.frames)
    print(f"slowest median {slowest:.2f} ms, goal {FRAME_MILLISECONDS:g} ms")
    del app
    met = (
        slowest < FRAME_MILLISECONDS
        and built < BUILD_MILLISECONDS
        and arranged < ARRANGE_MILLISECONDS
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
