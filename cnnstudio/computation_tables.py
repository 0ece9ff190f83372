"""What the command line prints of how a value came about: small aligned tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnstudio.interpret.computation.moving import MovedAt
from cnnstudio.interpret.computation.normalising import NormalisationAt
from cnnstudio.interpret.computation.pointwise import PointwiseAt
from cnnstudio.interpret.computation.shares import SharesAt
from cnnstudio.interpret.computation.sliding import ConvolutionAt, PoolingAt, Window
from cnnstudio.interpret.computation.summing import CombinationAt, LinearAt
from cnnstudio.interpret.computation.words import DIMENSIONS
from cnnstudio.interpret.computation.working import Computation
from cnnstudio.interpret.figures.number import number_text

MOST_CHANNELS = 3
MOST_ROWS = 12
PADDED = "·"


def print_computation(found: Computation, channel: int | None = None) -> None:
    """The numbers, then the sentence, then whether the network gave the same. Of a convolution that
    sees many channels the strongest are printed, or the one asked for."""
    print(f"{found.kind}, '{found.layer}'{f': {found.formula}' if found.formula else ''}\n")
    match found:
        case ConvolutionAt():
            _print_convolution(found, channel)
        case PoolingAt():
            print(f"Window: {_place_text(found.window)}")
            _print_blocks({"input": _texts(found.values, found.window)})
        case LinearAt():
            _print_products(found)
        case SharesAt():
            _print_shares(found)
        case CombinationAt():
            _print_columns(
                [[name, number_text(float(v))] for name, v in
                 zip(found.names, found.values, strict=True)]
            )  # fmt: skip
        case NormalisationAt():
            _print_normalisation(found)
        case PointwiseAt():
            _print_columns([["x", number_text(found.input)], ["f(x)", number_text(found.value)]])
        case MovedAt():
            pass
    print(found.sentence)
    if found.result is None:
        print(f"The network gave {number_text(found.value)}.")
    else:
        same = "the same" if found.agrees else "not the same"
        print(f"The network gave {number_text(found.value)}: {same}.")


def _print_convolution(found: ConvolutionAt, channel: int | None) -> None:
    order = np.argsort(-np.abs(found.sums), kind="stable")[:MOST_CHANNELS]
    chosen = sorted(int(i) for i in order) if channel is None else [channel - found.first]
    print(f"Window: {_place_text(found.window)}")
    for number in chosen:
        print(f"\nInput channel {found.first + number}")
        _print_blocks(
            {
                "input": _texts(found.values[number], found.window),
                "weights": _texts(found.weights[number]),
                "products": _texts(found.products[number]),
            }
        )
        print(f"Sum of the products: {number_text(float(found.sums[number]))}\n")
    left = len(found.sums) - len(chosen)
    if left:
        rest = float(found.sums.sum() - found.sums[chosen].sum())
        plural = "channel adds" if left == 1 else "channels add"
        print(f"{left} more {plural} {number_text(rest)}.")


def _print_products(found: LinearAt) -> None:
    order = np.argsort(-np.abs(found.products), kind="stable")[:MOST_ROWS]
    rows = [["number", "input", "weight", "product"]]
    rows += [
        [str(int(i)), *(number_text(float(v[i])) for v in
                        (found.values, found.weights, found.products))]
        for i in order
    ]  # fmt: skip
    _print_columns(rows)
    left = len(found.products) - len(order)
    if left > 0:
        rest = float(found.products.sum() - found.products[order].sum())
        print(f"{left} more add {number_text(rest)}.\n")


def _print_shares(found: SharesAt) -> None:
    order = [int(i) for i in np.argsort(-found.shares, kind="stable")[:MOST_ROWS]]
    if found.index not in order:
        order.append(found.index)
    rows = [["number", "x", "e^(x − max)", "share"]]
    rows += [
        [f"{i}{' ←' * (i == found.index)}", *(number_text(float(v[i])) for v in
         (found.values, found.exponentials, found.shares))]
        for i in order
    ]  # fmt: skip
    _print_columns(rows)


def _print_normalisation(found: NormalisationAt) -> None:
    rows = [["x", number_text(found.input)], ["mean", number_text(found.mean)],
            ["variance", number_text(found.variance)], ["eps", f"{found.eps:g}"],
            ["normalised", number_text(found.normalised)]]  # fmt: skip
    if found.weight is not None:
        rows.append(["weight", number_text(found.weight)])
    if found.bias is not None:
        rows.append(["bias", number_text(found.bias)])
    print(f"Mean and variance: {found.scope}")
    _print_columns(rows)


def _place_text(window: Window) -> str:
    """`rows 2…4, columns 4…6`."""
    corners = window.corners
    names = DIMENSIONS.get(len(corners), ("",) * len(corners))
    told = ", ".join(
        f"{name}s {first}…{last}".replace("-", "−")
        for name, (first, last) in zip(names, corners, strict=True)
    )
    outside = f"; {PADDED} is padding" if window.padded.any() else ""
    return f"{told or 'no input reaches this place'}{outside}"


def _texts(values: np.ndarray, window: Window | None = None) -> list[list[str]]:
    """Numbers as rows; what has more than two dimensions, slice below slice."""
    width = values.shape[-1] if values.ndim else 1
    rows = values.reshape(-1, width) if values.size else np.zeros((0, 0))
    padded = None if window is None else window.padded.reshape(rows.shape)
    return [
        [
            PADDED if padded is not None and padded[i, j] and not value else number_text(value)
            for j, value in enumerate(row.tolist())
        ]
        for i, row in enumerate(rows)
    ]


def _print_blocks(blocks: dict[str, list[list[str]]]) -> None:
    """Tables side by side under their titles."""
    widths = {
        title: max((len(cell) for row in rows for cell in row), default=1)
        for title, rows in blocks.items()
    }
    lines = {
        title: ["  ".join(cell.rjust(widths[title]) for cell in row) for row in rows]
        for title, rows in blocks.items()
    }
    full = {title: max([len(title), *map(len, lines[title])]) for title in blocks}
    print("    ".join(title.ljust(full[title]) for title in blocks).rstrip())
    for row in zip(*lines.values(), strict=True):
        print("    ".join(c.ljust(full[t]) for t, c in zip(blocks, row, strict=True)).rstrip())
    if len(blocks) == 1:
        print()


def _print_columns(rows: Sequence[Sequence[str]]) -> None:
    """The first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))
    print()
