"""Nodes and frames on the clipboard: JSON text that any window, or a text editor, can take."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from cnnstudio.graph.blocks.bringing import bring, renamed_kinds
from cnnstudio.graph.blocks.uses import needed_for
from cnnstudio.graph.edits import Group, Paste
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import Edge, Frame, Model, Network, Node, Project

MIME_TYPE = "application/x-cnnstudio-nodes+json"
MAX_LENGTH = 32 * 1024 * 1024


class _Clip(Model):
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...] = ()
    blocks: tuple[Network, ...] = ()


def copy(
    network: Network,
    ids: Iterable[str],
    frames: Iterable[str] = (),
    project: Project | None = None,
) -> str:
    """The nodes and frames with these ids and the wires between the nodes, as JSON text.

    Of a `project`, the blocks that the nodes stand for come along.
    """
    chosen, chosen_frames = set(ids), set(frames)
    clip = _Clip(
        nodes=tuple(node for node in network.nodes if node.id in chosen),
        edges=tuple(e for e in network.edges if e.source in chosen and e.target in chosen),
        frames=tuple(frame for frame in network.frames if frame.id in chosen_frames),
    )
    if project is not None:
        blocks = tuple(needed_for(project, clip.nodes))
        clip = clip.model_copy(update={"blocks": blocks})
    return clip.model_dump_json()


def paste(network: Network, text: str, offset: tuple[float, float] = (24.0, 24.0)) -> Paste:
    """An edit that adds what was copied, moved by `offset`, under free ids and names.

    Raises ProblemError if the text holds no nodes. A node that shares weights keeps sharing with
    the copy of its owner if that was copied too, else with the owner itself if it is there.
    """
    clip = _read(text)
    taken_ids, taken_names = set(network.by_id), {node.name for node in network.nodes}
    new_ids: dict[str, str] = {}
    for node in clip.nodes:
        new_ids[node.id] = _unused(node.id, taken_ids)
    nodes = []
    for node in clip.nodes:
        shares = node.shares
        if shares is not None:
            shares = new_ids.get(shares, shares if shares in network.by_id else None)
        nodes.append(
            node.model_copy(
                update={
                    "id": new_ids[node.id],
                    "name": _unused(node.name, taken_names),
                    "position": _moved(node.position, offset),
                    "shares": shares,
                }
            )
        )
    edges = tuple(
        edge.model_copy(update={"source": new_ids[edge.source], "target": new_ids[edge.target]})
        for edge in clip.edges
        if edge.source in new_ids and edge.target in new_ids
    )
    taken_frames = {frame.id for frame in network.frames}
    frames = tuple(
        frame.model_copy(
            update={
                "id": _unused(frame.id, taken_frames),
                "position": _moved(frame.position, offset),
            }
        )
        for frame in clip.frames
    )
    return Paste(network=network.name, nodes=tuple(nodes), edges=edges, frames=frames)


def with_blocks(project: Project, text: str, pasted: Paste) -> Group:
    """The paste, with the blocks that came along where the project doesn't have them."""
    edits, names = bring(project, _read(text).blocks)
    nodes = tuple(renamed_kinds(pasted.nodes, names))
    return Group(text=pasted.label, edits=(*edits, pasted.model_copy(update={"nodes": nodes})))


def _read(text: str) -> _Clip:
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("too long")
        return _Clip.model_validate_json(text)
    except (ValidationError, ValueError):
        raise ProblemError("The clipboard holds no nodes.") from None


def _moved(position: tuple[float, float], offset: tuple[float, float]) -> tuple[float, float]:
    return position[0] + offset[0], position[1] + offset[1]


def _unused(text: str, taken: set[str]) -> str:
    base, number, candidate = text.rstrip("0123456789") or text, 1, text
    while candidate in taken:
        candidate = f"{base}{number}"
        number += 1
    taken.add(candidate)
    return candidate
