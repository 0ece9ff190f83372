"""What a node's card says: plain values, made from the document, the catalogue and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnstudio.graph import Network, Node, Problem, ProblemError
from cnnstudio.layers import LayerKind
from cnnstudio.ui.canvas.block_card import NO_MARKS, BlockMarks, block_marks, shown_parameters
from cnnstudio.ui.canvas.geometry import (
    IMAGE_HEIGHT,
    MAPS_HEIGHT,
    PLAIN_HEIGHT,
    TEXT_LINE,
    VECTOR_HEIGHT,
)
from cnnstudio.ui.canvas.tint import Tint

if TYPE_CHECKING:
    from cnnstudio.compiler.report import Report

Thumbnail = Mapping[str, Any]
Shape = tuple[int, ...]
GRAVITY = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class CardContent:
    """Everything a card shows except its place and its thumbnail."""

    id: str
    kind: str
    name: str
    category: str = ""
    icon: str = ""
    label: str = ""  # what the kind is called on the card
    title: str = ""  # and in full
    known: bool = True
    summary: str = ""
    inputs: int = 1
    outputs: int = 1
    variadic: bool = False
    shapes: tuple[Shape, ...] = ()  # of each output, without the batch dimension
    severity: str | None = None
    problems: tuple[str, ...] = ()
    shares: str | None = None  # name of the node whose weights it uses
    input_names: tuple[str, ...] = ()  # where several are to be told apart
    output_names: tuple[str, ...] = ()
    marks: BlockMarks = NO_MARKS
    tint: Tint | None = None
    frozen: bool = False

    @property
    def tooltip(self) -> str:
        return "\n".join(self.problems)

    @property
    def spoken(self) -> str:
        """The card in a sentence, for a screen reader."""
        parts = [f"{self.name}, {self.label or self.kind}"]
        parts += [mark for mark in (self.marks.repeat, self.marks.bypassed) if mark]
        parts += ["frozen"] if self.frozen else []
        if self.summary:
            parts.append(self.summary)
        if self.shapes:
            parts.append("output " + ", ".join(shape_text(shape) for shape in self.shapes))
        return "; ".join([*parts, *self.problems])


@dataclass
class Findings:
    """The last report, looked up by node, and what names in expressions come to."""

    shapes: dict[str, tuple[Shape, ...]] = field(default_factory=dict)  # by node name
    problems: dict[str, list[Problem]] = field(default_factory=dict)  # by node id
    values: Mapping[str, Any] = field(default_factory=dict)
    siblings: Sequence[Mapping[str, Any]] = ()  # the values in each copy of the block
    tints: Mapping[str, Tint] = field(default_factory=dict)  # by node name


def findings(
    report: Report | None,
    values: Mapping[str, Any] | None = None,
    siblings: Sequence[Mapping[str, Any]] = (),
    tints: Mapping[str, Tint] | None = None,
) -> Findings:
    found = Findings(values=values or {}, siblings=siblings, tints=tints or {})
    if report is None:
        return found
    found.shapes = {name: _shapes(value) for name, value in report.shapes.items()}
    found.shapes |= {name: _shapes(value) for name, value in report.port_shapes.items()}
    for problem in report.problems:
        # What is wrong inside of a block is marked on the node that stands for it.
        marked = problem.within[0] if problem.within else problem.node_id
        if marked is not None:
            found.problems.setdefault(marked, []).append(problem)
    return found


def _shapes(value: Any) -> tuple[Shape, ...]:
    """One shape or a list of them, as a tuple of shapes."""
    if value and isinstance(value[0], Iterable):
        return tuple(tuple(shape) for shape in value)
    return (tuple(value),) if value is not None else ()


def same_card(one: Node | None, other: Node) -> bool:
    """Whether two nodes have the same card, wherever it stands."""
    return one is other or (
        one is not None
        and one.kind == other.kind
        and one.name == other.name
        and one.parameters == other.parameters
        and one.shares == other.shares
        and one.bypass == other.bypass
        and one.learning == other.learning
    )


def card_content(
    network: Network, node: Node, found: Findings, layer: LayerKind | None
) -> CardContent:
    """The card of a node of this kind; None for one that is not known here."""
    problems = sorted(found.problems.get(node.id, ()), key=lambda p: GRAVITY[p.severity])
    wired = [edge.target_port for edge in network.incoming(node.id)]
    inputs, outputs, summary = max([0, *wired]) + 1, 1, ""
    names: tuple[str, ...] = ()
    if layer is not None:
        parameters = shown_parameters(node, found.values)
        names = layer.output_names(parameters)
        outputs = len(names)
        inputs = len(layer.inputs)
        if layer.variadic:
            # One free port is always offered.
            inputs = max(inputs, max([-1, *wired]) + 2)
        try:
            summary = layer.summary(parameters)
        except (ProblemError, TypeError, ValueError):
            summary = ""  # the report says on the badge what is wrong with the parameters
    shapes = found.shapes.get(node.name, ())
    if shapes and (node.kind == "Input" or (outputs == 0 and not summary)):
        summary = shape_text(shapes[0])  # what the network takes or gives
    owner = network.by_id.get(node.shares) if node.shares else None
    return CardContent(
        id=node.id,
        kind=node.kind,
        label=layer.label if layer else node.short_kind,
        title=layer.title if layer else "",
        name=node.name,
        category=layer.category if layer else "",
        icon=layer.icon if layer else "",
        known=layer is not None,
        summary=summary,
        inputs=inputs,
        outputs=outputs,
        variadic=bool(layer and layer.variadic),
        shapes=shapes,
        severity=problems[0].severity if problems else None,
        problems=tuple(f"{p.message} {p.hint}".strip() for p in problems),
        shares=owner.name if owner else None,
        input_names=layer.inputs if layer is not None and _are_told_apart(layer) else (),
        output_names=names if len(names) > 1 else (),
        marks=block_marks(node, found.values, found.siblings),
        tint=found.tints.get(node.name),
        frozen=node.learning is not None and node.learning.frozen,
    )


def _are_told_apart(layer: LayerKind) -> bool:
    return not layer.variadic and len(layer.inputs) > 1


def card_height(thumbnail: Thumbnail | None) -> int:
    """How tall a card stands with this thumbnail."""
    if not thumbnail:
        return PLAIN_HEIGHT
    if "images" in thumbnail:
        return IMAGE_HEIGHT
    if "maps" in thumbnail:
        return MAPS_HEIGHT
    if "texts" in thumbnail:
        return VECTOR_HEIGHT + TEXT_LINE * (len(thumbnail["texts"]) - 1)
    return VECTOR_HEIGHT


def room_for(content: CardContent, thumbnail: Thumbnail | None) -> int:
    """How much height a layout keeps for the card, so that thumbnails that come later fit."""
    if thumbnail:
        return card_height(thumbnail)
    if content.kind == "Input":
        return IMAGE_HEIGHT
    if content.kind == "Output" or (content.shapes and len(content.shapes[0]) == 1):
        return VECTOR_HEIGHT
    return MAPS_HEIGHT


def shape_text(shape: Iterable[int]) -> str:
    """`64×28×28`"""
    return "×".join(str(size) for size in shape)
