"""Edits of frames, and which nodes a frame holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from cnnstudio.graph.edit import NetworkEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import Frame, Network

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit

Box = tuple[float, float, float, float]  # left, top, right, bottom


class AddFrame(NetworkEdit):
    type: Literal["add_frame"] = "add_frame"
    frame: Frame

    @property
    def label(self) -> str:
        return "Add note" if self.frame.is_note else "Add frame"

    def change(self, network: Network) -> tuple[Network, Edit]:
        if any(frame.id == self.frame.id for frame in network.frames):
            raise ProblemError(f"The network already has a frame with the id '{self.frame.id}'.")
        changed = network.replace(frames=(*network.frames, self.frame))
        return changed, RemoveFrame(network=self.network, frame_id=self.frame.id)


class RemoveFrame(NetworkEdit):
    """Removes a frame; the nodes inside it stay."""

    type: Literal["remove_frame"] = "remove_frame"
    frame_id: str

    @property
    def label(self) -> str:
        return "Delete frame"

    def change(self, network: Network) -> tuple[Network, Edit]:
        frame = _existing(network, self.frame_id)
        changed = network.replace(frames=(f for f in network.frames if f.id != frame.id))
        return changed, AddFrame(network=self.network, frame=frame)


class ChangeFrame(NetworkEdit):
    """Gives the frame of the same id another title, text, place, size or colour."""

    type: Literal["change_frame"] = "change_frame"
    frame: Frame

    @property
    def label(self) -> str:
        return "Change note" if self.frame.is_note else "Change frame"

    def change(self, network: Network) -> tuple[Network, Edit]:
        old = _existing(network, self.frame.id)
        changed = network.replace(
            frames=(self.frame if frame.id == old.id else frame for frame in network.frames)
        )
        return changed, ChangeFrame(network=self.network, frame=old)


def _existing(network: Network, id: str) -> Frame:
    for frame in network.frames:
        if frame.id == id:
            return frame
    raise ProblemError(f"The network has no frame with the id '{id}'.")


def members(frame: Frame, boxes: Mapping[str, Box]) -> list[str]:
    """The ids of the boxes (cards by node id, or other frames) wholly inside a frame."""
    return [id for id, box in boxes.items() if id != frame.id and frame.holds(box)]
