"""What a check found. No torch, so the window can hold it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cnnstudio.graph import Problem


class NodeCost(BaseModel):
    """What one node costs for one image. Shared weights are counted at the node that owns them."""

    model_config = ConfigDict(frozen=True)

    parameters: int = 0
    macs: int = 0  # multiply-adds
    activation_bytes: int = 0  # of its output as float32; 0 if it only looks at its input anew
    # What one of its values sees of the image, in pixels in each direction; None if all of it, and
    # empty where there are no positions to speak of.
    receptive_field: list[int] | None = Field(default_factory=list)


class BlockUse(BaseModel):
    """One copy of a block in the network: which block, and what expressions in it can name."""

    model_config = ConfigDict(frozen=True)

    network: str
    values: dict[str, Any] = Field(default_factory=dict)


class Report(BaseModel):
    """Shapes, problems and cost of a network.

    All are by node name; a node inside of a block has a dotted path, `layer1.0.conv1`. A shape
    leaves out the batch dimension; of a node with several outputs, `shapes` has the first and
    `port_shapes` all. A node whose shape could not be found is missing. The sums count what leads
    to an Output.
    """

    model_config = ConfigDict(frozen=True)

    shapes: dict[str, list[int]] = Field(default_factory=dict)
    port_shapes: dict[str, list[list[int]]] = Field(default_factory=dict)
    problems: list[Problem] = Field(default_factory=list)
    nodes: dict[str, NodeCost] = Field(default_factory=dict)
    uses: dict[str, BlockUse] = Field(default_factory=dict)  # by path; the network itself has ""
    parameters: int = 0
    macs: int = 0
    activation_bytes: int = 0
    # For one image: the most alive at a time, and what training keeps for the backward pass.
    inference_bytes: int = 0
    training_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the network can be built."""
        return not any(problem.severity == "error" for problem in self.problems)
