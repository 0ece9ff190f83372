"""Recurrent layers, for series of vectors (N, steps, features)."""

from __future__ import annotations

from cnnstudio.layers.declaration import Choice, parameter
from cnnstudio.layers.kind import always, features, layer

CATEGORY = "Recurrent"
USED_IN = "Series and audio, behind convolutions; text read from images: CRNN."
FIRST = {"input_size": features, "batch_first": always(True)}


class Recurrent:
    hidden_size: int = parameter(
        64, minimum=1, title="State", headline=True, help="numbers that it remembers"
    )
    num_layers: int = parameter(
        1, minimum=1, title="Layers", headline=True, help="one on the other"
    )
    bidirectional: bool = parameter(
        False, headline=True, help="reads in both directions; twice as many features come out"
    )
    dropout: float = parameter(
        0.0, minimum=0.0, maximum=1.0, advanced=True,
        help="share set to zero between its layers while training; needs two layers",
    )  # fmt: skip
    bias: bool = parameter(True, advanced=True, help="adds learned numbers in its gates")


@layer(
    "LSTM", category=CATEGORY, target="torch.nn.LSTM", icon="mdi6.memory", ranks=[3], common=True,
    inferred=FIRST, picks=[(0,)], also_called=("long short-term memory", "rnn"),
    formula="c = f·c + i·g,  h = o · tanh(c)", used_in=USED_IN,
)  # fmt: skip
class LSTM(Recurrent):
    """Reads a series (N, steps, features) step by step, and remembers: gates decide what is kept,
    added and told. It gives its state at every step; the last is what a Select behind it takes."""

    proj_size: int = parameter(
        0, minimum=0, advanced=True, title="Projection", help="features that come out; 0 for all"
    )


@layer(
    "GRU", category=CATEGORY, target="torch.nn.GRU", icon="mdi6.memory", ranks=[3], common=True,
    inferred=FIRST, picks=[(0,)], also_called=("gated recurrent unit", "rnn"),
    formula="h = (1 − z) · n + z · h", used_in=USED_IN,
)  # fmt: skip
class GRU(Recurrent):
    """An LSTM with fewer gates: faster, and often as good. It gives its state at every step."""


@layer(
    "Plain recurrent layer", category=CATEGORY, target="torch.nn.RNN", icon="mdi6.refresh",
    ranks=[3], inferred=FIRST, picks=[(0,)], also_called=("elman", "rnn"),
    formula="h = tanh(W·x + U·h + b)", used_in="Short series.",
)  # fmt: skip
class RNN(Recurrent):
    """Reads a series (N, steps, features) step by step; its state is all it remembers. It gives its
    state at every step."""

    nonlinearity: Choice = parameter("tanh", choices=("tanh", "relu"), help="what bends its state")
