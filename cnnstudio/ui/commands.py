"""Everything that the command palette offers: actions, layers, nodes, recent projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon, QKeySequence

from cnnstudio.ui import theme
from cnnstudio.ui.fuzzy import score

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView
    from cnnstudio.ui.main_window import MainWindow

PALETTE_ACTION = "view.command_palette"


@dataclass(frozen=True)
class Command:
    """One line of the palette. `words` are found as well, but not shown; what is not `enabled`
    can't be done now."""

    text: str
    category: str
    run: Callable[[], object] = field(compare=False)
    icon: QIcon = field(default_factory=QIcon, compare=False)
    keys: str = ""
    words: str = ""
    enabled: bool = True


def commands(window: MainWindow) -> list[Command]:
    """What can be done in the window now."""
    return [*_actions(window), *_nodes(window), *_layers(window), *_recent(window)]


def matching(offered: Iterable[Command], query: str) -> list[Command]:
    """The commands that fit, best first, then those that fit but can't be done now.

    For an empty query all that can be done, in their order.
    """
    ranked = []
    for order, command in enumerate(offered):
        fits = [
            s for s in (score(query, command.text), _less(query, command.words)) if s is not None
        ]
        if fits:
            ranked.append((not command.enabled, -max(fits), order, command))
    ranked.sort(key=lambda entry: entry[:3])
    return [entry[-1] for entry in ranked if entry[-1].enabled or query.strip()]


def _less(query: str, words: str) -> int | None:
    """As score, but worth less than the same fit in what is shown."""
    found = score(query, words) if words and query.strip() else None
    return None if found is None else found - 10


def _actions(window: MainWindow) -> list[Command]:
    made = []
    for action in window.session.actions:
        if action.text() and action.objectName() != PALETTE_ACTION:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            state = " (on)" if action.isCheckable() and action.isChecked() else ""
            made.append(
                Command(
                    action.text().replace("&", "") + state, action.data() or "", action.trigger,
                    action.icon(), keys, action.toolTip(), action.isEnabled(),
                )
            )  # fmt: skip
    return made


def _nodes(window: MainWindow) -> list[Command]:
    network = window.session.network
    made = []
    for id in dict.fromkeys((*network.topological(), *network.by_id)):
        node = network.node(id)
        layer = window.session.kind_of(node.kind)
        icon = theme.icon(layer.icon, "text_muted") if layer else QIcon()
        made.append(
            Command(
                f"Go to {node.name}",
                layer.label if layer else node.short_kind,
                lambda id=id: _canvas(window).reveal(id),
                icon,
            )
        )
    return made


def _layers(window: MainWindow) -> list[Command]:
    return [
        Command(
            f"Add {layer.label}", layer.category,
            lambda kind=layer.kind: _canvas(window).add_layer_kind(kind),
            theme.icon(layer.icon, theme.category_color(layer.category)), words=layer.title,
        )
        for layer in window.session.kinds()
    ]  # fmt: skip


def _recent(window: MainWindow) -> list[Command]:
    return [
        Command(
            f"Open {path.name}", "Recent", lambda path=path: window.files.open_path(path),
            theme.icon("mdi6.history", "text_muted"), words=str(path),
        )
        for path in window.session.settings.recent
    ]  # fmt: skip


def _canvas(window: MainWindow) -> CanvasView:
    window.show_workspace("design")
    return window.workspaces["design"].canvas
