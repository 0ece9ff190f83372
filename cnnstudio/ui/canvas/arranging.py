"""Auto-layout: computed by the kernel for a large network, applied as one undo step."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from cnnstudio.graph import ChangeFrame, Edit, Group, Move, Network
from cnnstudio.graph.layout import Arrangement, arranged
from cnnstudio.ui.canvas.geometry import CARD_WIDTH
from cnnstudio.ui.message import Message

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

# Up to so many nodes and wires, arranging takes a few milliseconds: less than asking.
FEW = 200


class Arranging:
    """One arranging at a time. What is computed is dropped if the network changes meanwhile."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._asked: Network | None = None
        self._answer: Future[Any] | None = None

    @property
    def going_on(self) -> bool:
        return self._asked is not None

    def start(self) -> None:
        canvas = self._canvas
        network = canvas.canvas_scene.network
        self.cancel()
        if not network.nodes:
            return
        sizes = {node.id: (float(CARD_WIDTH), canvas.room(node.id)) for node in network.nodes}
        shown = {
            id: (box[2] - box[0], box[3] - box[1])
            for id, box in canvas.canvas_scene.cards.boxes.items()
        }
        flow, room = canvas.canvas_scene.flow, canvas.camera.room()
        if len(network.nodes) + len(network.edges) <= FEW:
            self._apply(network, arranged(network, sizes, flow, room, shown))
            return
        self._asked = network
        canvas.busy.begin(f"Arranging {len(network.nodes)} layers…", self.cancel)
        self._answer = canvas.session.ask(
            "arrange",
            lambda answer: self._take(network, answer),
            lambda error: self._fail(network, error),
            key="arrange",
            network=network,
            sizes=sizes,
            flow=flow,
            room=room,
            shown=shown,
        )

    def cancel(self) -> None:
        """Forgets what is being computed; the network stays as it is."""
        if self._answer is not None:
            self._canvas.session.kernel.cancel(self._answer)
        self._end()

    def _take(self, network: Network, answer: dict[str, Any]) -> None:
        if network is not self._asked:
            return
        self._end()
        if self._canvas.canvas_scene.network is not network:
            self._canvas.session.tell(
                Message(
                    "The network changed while it was being arranged, so it was left as it is.",
                    "Arrange it again once it is complete.",
                    key="arrange",
                    actions=(("Arrange again", self.start),),
                )
            )
            return
        self._apply(network, Arrangement.model_validate(answer))

    def _fail(self, network: Network, error: Exception) -> None:
        if network is self._asked:
            self._end()
            self._canvas.session.tell(Message.of(error, key="arrange"))

    def _apply(self, network: Network, found: Arrangement) -> None:
        edits: list[Edit] = [Move(network=network.name, positions=found.positions)]
        edits += [ChangeFrame(network=network.name, frame=frame) for frame in found.frames]
        if self._canvas.apply(Group(text="Arrange network", edits=tuple(edits))):
            self._canvas.fit()

    def _end(self) -> None:
        self._asked = self._answer = None
        self._canvas.busy.end()
