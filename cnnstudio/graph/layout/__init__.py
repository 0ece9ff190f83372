"""Places for the nodes of a network, as a paper would print it. Plain Python, without Qt."""

from cnnstudio.graph.layout.arrange import Arrangement, arrange, arrange_frames, arranged
from cnnstudio.graph.layout.measures import COLUMN_GAP, GRID, LAYER_GAP, Flow

__all__ = [
    "COLUMN_GAP",
    "GRID",
    "LAYER_GAP",
    "Arrangement",
    "Flow",
    "arrange",
    "arrange_frames",
    "arranged",
]
