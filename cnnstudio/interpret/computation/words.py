"""A computation in one sentence with its numbers: what is read out, and shown as a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnstudio.interpret.figures.number import number_text

if TYPE_CHECKING:
    from cnnstudio.interpret.computation.moving import Moved
    from cnnstudio.interpret.computation.normalising import Normalisation
    from cnnstudio.interpret.computation.pointwise import Pointwise
    from cnnstudio.interpret.computation.shares import Shares
    from cnnstudio.interpret.computation.sliding import Convolution, Pooling, Window
    from cnnstudio.interpret.computation.summing import Combination, Linear
    from cnnstudio.interpret.computation.working import Position, Working

MOST_TERMS = 6
DIMENSIONS = {1: ("place",), 2: ("row", "column"), 3: ("slice", "row", "column")}
SIGNS = {"sum": "+", "product": "·", "difference": "−", "quotient": "/", "power": "to the power"}


def of_sum(
    working: Convolution, position: Position, sums: np.ndarray, size: int, result: float
) -> str:
    plural = "product" if size == 1 else "products"
    told = f"{place_text(working, position)}: {size} {plural}"
    total = number_text(float(sums.sum()))
    if len(sums) > MOST_TERMS:
        told += f" in each of {len(sums)} channels add up to {total}"
    elif len(sums) > 1:
        told += f" in each of {len(sums)} channels: {terms(sums)} = {total}"
    else:
        told += f" add{'s' * (size == 1)} up to {total}"
    if working.bias is not None:
        told += f"; plus the bias {number_text(working.bias)}, that is {number_text(result)}"
    return f"{told}."


def of_pooling(
    working: Pooling, position: Position, window: Window, values: np.ndarray,
    winner: tuple[int, ...] | None, divisor: float | None, result: float,
) -> str:  # fmt: skip
    told = place_text(working, position)
    if winner is not None:
        at = tuple(int(places[i]) for places, i in zip(window.places, winner, strict=True))
        most = "largest" if working.method == "max" else "smallest"
        return (
            f"{told}: the {most} of {values.size} values is {number_text(result)}, {at_text(at)}."
        )
    assert divisor is not None
    if working.method == "average":
        return (
            f"{told}: {values.size} values add up to {number_text(float(values.sum()))}; "
            f"divided by {divisor:g}, that is {number_text(result)}."
        )
    return (
        f"{told}: the {working.exponent:g}-norm of {values.size} values is {number_text(result)}."
    )


def of_function(working: Pointwise, position: Position, given: float, result: float) -> str:
    return f"{place_text(working, position)}: {number_text(given)} becomes {number_text(result)}."


def of_share(
    working: Shares, position: Position, largest: float, index: int, values: np.ndarray,
    exponential: float, total: float, result: float,
) -> str:  # fmt: skip
    x = number_text(float(values[index]))
    power = f"{x} − {number_text(largest)}".replace("− −", "+ ")
    if working.sign < 0:
        power = f"−{x} − {number_text(largest)}".replace("−−", "").replace("− −", "+ ")
    told = (
        f"{place_text(working, position)}: e^({power}) = {number_text(exponential)}, divided by "
        f"the sum {number_text(total)} over all {len(values)}"
    )
    if working.logarithm:
        return f"{told}; its logarithm is {number_text(result)}."
    return f"{told}, is {number_text(result)}."


def of_normalisation(
    working: Normalisation, position: Position, given: float, mean: float, variance: float,
    weight: float | None, bias: float | None, normalised: float, result: float,
) -> str:  # fmt: skip
    less = f"{number_text(given)} − {number_text(mean)}".replace("− −", "+ ")
    told = (
        f"{place_text(working, position)}: ({less}) / √({number_text(variance)} + "
        f"{working.eps:g}) = {number_text(normalised)}"
    )
    if weight is not None:
        told += f"; times {number_text(weight)}"
        if bias is not None:
            told += f", plus {number_text(bias)}"
        told += f", is {number_text(result)}"
    return f"{told}."


def of_linear(
    working: Linear, position: Position, products: np.ndarray, bias: float | None, result: float
) -> str:
    told = (
        f"{place_text(working, position)}: {len(products)} inputs, each times its weight, add up "
        f"to {number_text(float(products.sum()))}"
    )
    if bias is not None:
        told += f"; plus the bias {number_text(bias)}, that is {number_text(result)}"
    return f"{told}."


def of_combination(
    working: Combination, position: Position, values: np.ndarray, result: float
) -> str:
    told = place_text(working, position)
    numbers = [number_text(float(value)) for value in values]
    if working.operation in SIGNS:
        sign = f" {SIGNS[working.operation]} "
        return f"{told}: {sign.join(numbers)} = {number_text(result)}.".replace("+ −", "− ")
    return f"{told}: the {working.operation} of {', '.join(numbers)} is {number_text(result)}."


def of_move(
    working: Moved, position: Position, name: str | None, source: Position | None, result: float
) -> str:
    told = place_text(working, position)
    if name is None or source is None:
        return f"{told}: {number_text(result)}, filled in."
    if name == working.layer:
        return f"{told}: {number_text(result)}, as the network is given it."
    unit, *place = source or (0,)
    from_place = f"{at_text(tuple(place))} of channel {unit}" if place else f"number {unit}"
    return f"{told}: {number_text(result)}, taken over from '{name}', {from_place}."


def terms(values: np.ndarray) -> str:
    """`0.2 − 0.1 + 0.4`."""
    numbers = [number_text(float(value)) for value in values]
    return " + ".join(numbers).replace("+ −", "− ")


def place_text(working: Working, position: Position) -> str:
    """`Channel 3, row 4, column 5`; of a vector `Unit 3`."""
    name = "Channel" if position else "Unit"
    return f"{name} {working.unit}{''.join(f', {part}' for part in _parts(position))}"


def at_text(position: Position) -> str:
    """`at row 4, column 5`."""
    return f"at {', '.join(_parts(position))}"


def _parts(position: Position) -> list[str]:
    names = DIMENSIONS.get(len(position)) or tuple(
        f"dimension {number}" for number in range(1, len(position) + 1)
    )
    return [
        f"{name} {number}".replace(" -", " −") for name, number in zip(names, position, strict=True)
    ]
