"""What menus and keys do with blocks: each command makes one undo step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF

from cnnstudio.graph import (
    CnnStudioError,
    Edit,
    Group,
    Learning,
    Node,
    ProblemError,
    SetBypass,
    SetLearning,
)
from cnnstudio.graph import blocks as operations
from cnnstudio.graph.block_edits import RemoveNetwork
from cnnstudio.ui.canvas.rename import NameEditor
from cnnstudio.ui.message import Message
from cnnstudio.ui.place import Place, channels_into, copies, place_of

if TYPE_CHECKING:
    from cnnstudio.graph import Network
    from cnnstudio.ui.canvas.view import CanvasView


class BlockCommands:
    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._session = canvas.session

    @property
    def _network(self) -> Network:
        return self._session.network

    @property
    def chosen(self) -> list[Node]:
        """The selected nodes."""
        known = self._network.by_id  # while an edit is told, the selection may be ahead or behind
        return [known[id] for id in self._canvas.selected_ids if id in known]

    @property
    def chosen_block(self) -> Node | None:
        """The selected node, if it is one that stands for a block that is there."""
        nodes = self.chosen
        if len(nodes) != 1 or nodes[0].block is None:
            return None
        return nodes[0] if self._session.project.block(nodes[0].block) is not None else None

    # Going about

    def open(self, node_id: str | None = None, copy: int = 0) -> bool:
        """Opens the block that a node stands for; whether it stands for one."""
        node = self._network.by_id.get(node_id) if node_id else self.chosen_block
        if node is None or node.block is None or self._session.project.block(node.block) is None:
            return False
        self._session.go(self._session.place.into(node.id, copy))
        return True

    def open_block(self, name: str) -> None:
        """Opens a block of the project where it is used, or by itself."""
        self._session.go(place_of(self._session.project, name))

    def leave(self) -> bool:
        """Goes one level outwards, to the node that was open; whether there was one."""
        place = self._session.place
        if place.is_main:
            return False
        inner = [place.steps[-1].node_id] if place.steps else []
        self._session.go(place.up(), select=inner)
        return True

    def step_copy(self, by: int) -> None:
        """Looks at the next copy of a repeated block, or the one before."""
        place = self._session.place
        if place.steps:
            count = copies(place.nodes(self._session.project)[-1]) or 1
            self.look_at(place.with_copy((place.steps[-1].copy + by) % max(count, 1)))

    def look_at(self, place: Place) -> None:
        """Goes to another place, and keeps the selection if it is the same network."""
        session = self._session
        same = place.network(session.project) is self._network
        session.go(place, select=session.selection if same else ())

    # Changing

    def make(self) -> None:
        """Asks for a name where the selection is, and makes a block of it."""
        canvas, session = self._canvas, self._session
        ids = list(canvas.selected_ids)
        name = operations.free_block_name(session.project, "Block")
        try:
            self._made(ids, name)  # tells what is wrong before a name is asked for
        except ProblemError as error:
            session.tell_error(error)
            return
        bounds = canvas.canvas_scene.bounds(ids)
        canvas.camera.show(bounds)
        middle = canvas.viewportTransform().map(bounds.center()).toPoint()
        place = QRectF(middle.x() - 90, middle.y() - 15, 180, 30).toRect()

        def problem(text: str) -> str:
            try:
                operations.check_block_name(session.project, text)
            except ProblemError as error:
                return error.message
            return ""

        def make(text: str) -> None:
            self._apply(lambda: self._made(ids, text.strip()), select_new=True)

        editor = NameEditor(canvas, name, place, problem, always=True)
        editor.setAccessibleName("Name of the new block")
        editor.setPlaceholderText("Name of the block")
        editor.committed.connect(make)

    def _made(self, ids: list[str], name: str) -> Group:
        return operations.make_block(
            self._session.project, self._network.name, ids, name, self._shapes(),
            self._canvas.canvas_scene.flow,
        )  # fmt: skip

    def dissolve(self) -> None:
        """Puts what is in the selected block in its place."""
        node = self.chosen_block
        if node is None or node.block is None:
            return
        name = node.block

        def edit() -> Edit:
            session = self._session
            found = session.report_here
            known = channels_into(found, session.project, self._network, node) if found else []
            return operations.dissolve(
                session.project, self._network.name, node.id, known,
                flow=self._canvas.canvas_scene.flow,
            )  # fmt: skip

        if self._apply(edit, select_new=True) and not operations.uses_of(
            self._session.project, name
        ):
            remove = lambda: self._session.try_apply(RemoveNetwork(name=name))  # noqa: E731
            self._session.tell(
                Message(
                    f"Nothing uses the block {name} any more; it stays in the palette.",
                    actions=((f"Delete {name}", remove),),
                    key="unused block",
                    until="edit",
                )
            )

    def fold(self) -> None:
        """Folds equal layers in a row: of the selection, or of the whole network."""
        ids = self._canvas.selected_ids
        self._apply(
            lambda: operations.fold_repeats(
                self._session.project, self._network.name, ids if len(ids) > 1 else None,
                self._shapes(), self._canvas.canvas_scene.flow,
            ),
            select_new=True,
        )  # fmt: skip

    def unfold(self) -> None:
        """Puts a node for each copy in the place of a repeated one."""
        node = self.chosen_block
        if node is not None:
            self._apply(
                lambda: operations.unfold(
                    self._session.project, self._network.name, node.id,
                    self._canvas.canvas_scene.flow,
                ),
                select_new=True,
            )  # fmt: skip

    def bypass(self) -> None:
        """Bypasses the selected nodes, or uses them again if all are bypassed."""
        nodes = [node for node in self.chosen if node.kind not in ("Input", "Output")]
        wish = not all(node.bypass is True for node in nodes)
        edits = tuple(
            SetBypass(network=self._network.name, node_id=node.id, bypass=wish) for node in nodes
        )
        if edits:
            names = nodes[0].name if len(nodes) == 1 else f"{len(nodes)} nodes"
            text = f"{'Bypass' if wish else 'Use'} {names}"
            self._session.try_apply(Group(text=text, edits=edits))

    def freeze(self) -> None:
        """Freezes the selected nodes, or lets them learn again if all are frozen."""
        nodes = [node for node in self.chosen if node.kind not in ("Input", "Output")]
        learning = [node.learning or Learning() for node in nodes]
        wish = not all(one.frozen for one in learning)
        edits = tuple(
            SetLearning(
                network=self._network.name, node_id=node.id,
                learning=one.model_copy(update={"frozen": wish}),
            )
            for node, one in zip(nodes, learning, strict=True)
        )  # fmt: skip
        if edits:
            names = nodes[0].name if len(nodes) == 1 else f"{len(nodes)} nodes"
            text = f"{'Freeze' if wish else 'Unfreeze'} {names}"
            self._session.try_apply(Group(text=text, edits=edits))

    def make_independent(self) -> None:
        """Gives the selected nodes, or the use that is open, a block of their own."""
        place, project = self._session.place, self._session.project
        network, ids = self._network, list(self._canvas.selected_ids)
        if place.steps and not self.chosen_block:
            network, ids = place.up().network(project), [place.steps[-1].node_id]
        self._apply(lambda: operations.make_independent(project, network.name, ids))

    def keep(self, name: str | None = None) -> None:
        """Saves a block, or that of the selected node, in the user's library."""
        node = self.chosen_block
        name = name or (node.block if node is not None else None)
        if name is None:
            return
        project = self._session.project

        def told(_: Any) -> None:
            self._session.tell(Message(f"{name} is in your library now.", seconds=5))
            self._session.library_changed.emit()

        self._session.in_background(lambda: self._session.library.keep(project, name), told)

    # How

    def _apply(self, make: Callable[[], Edit], select_new: bool = False) -> bool:
        session, before = self._session, set(self._network.by_id)
        try:
            session.apply(make())
        except CnnStudioError as error:
            session.tell(Message.of(error, until="edit"))
            return False
        if select_new:
            new = [id for id in self._network.by_id if id not in before]
            self._canvas.select(new)
            if new:
                self._canvas.camera.show(self._canvas.canvas_scene.bounds(new))
        return True

    def _shapes(self) -> dict[tuple[str, int], list[int]]:
        report = self._session.local_report
        if report is None:
            return {}
        found = {}
        for node in self._network.nodes:
            several = report.port_shapes.get(node.name)
            one = report.shapes.get(node.name)
            for port, shape in enumerate(several or ([one] if one else [])):
                found[node.id, port] = shape
        return found
