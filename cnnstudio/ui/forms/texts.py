"""Parameter values as text in a field, and back: `3 × 3`, `1e-3`, `same`."""

from __future__ import annotations

import re
from typing import Any

from cnnstudio.layers.declaration import Parameter

LISTS = ("size", "sides", "shape", "ints", "floats")
COUNTED = ("size", "sides")  # lists that have as many numbers as the parameter's rank says
WITH_COMMAS = ("ints", "floats", "sides")
SEPARATORS = re.compile(r"[\s,;x×*]+", re.IGNORECASE)


def write(parameter: Parameter, value: Any) -> str:
    """The text that stands for a value; empty for None."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        joint = ", " if parameter.type in WITH_COMMAS else " × "
        return joint.join(write(parameter, item) for item in value)
    if isinstance(value, float):
        return _short_float(value)
    return str(value)


def read(parameter: Parameter, text: str) -> Any:
    """The checked value that a text stands for, lists as `list`; ValueError says what is wrong."""
    if parameter.type == "text":
        return parameter.validate(None if parameter.optional and not text else text)
    text = text.strip()
    if not text:
        return parameter.validate(None)
    for word in parameter.words:
        if text.casefold() == word.casefold():
            return word
    if parameter.type in LISTS:
        value = parameter.validate(_numbers(parameter, text))
        return list(value) if isinstance(value, tuple) else value
    if parameter.type == "choice":
        return parameter.validate(text)
    return parameter.validate(_number(parameter, text))


def plain(value: Any) -> Any:
    """The value as the project file holds it: tuples become lists."""
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _number(parameter: Parameter, text: str) -> int | float:
    whole = text.replace(" ", "").replace("−", "-")
    if parameter.type == "int":
        whole = re.sub(r"(?<=\d),(?=\d{3}\b)", "", whole)
    else:
        whole = whole.replace(",", ".")
    try:
        # int() first: a float holds large whole numbers only roughly.
        return int(whole)
    except ValueError:
        pass
    try:
        return float(whole)
    except ValueError:
        kind = "whole number" if parameter.type == "int" else "number, such as 0.01 or 1e-3"
        raise ValueError(f"should be a {kind}{_or_words(parameter)}") from None


def _numbers(parameter: Parameter, text: str) -> list[int | float] | int | float:
    parts = [part for part in SEPARATORS.split(text.strip("()[] ").replace("−", "-")) if part]
    counted = parameter.type in COUNTED
    try:
        numbers = [_part(parameter, part) for part in parts]
    except ValueError:
        numbers = []
    right_count = not counted or len(numbers) in (1, parameter.rank)
    if not numbers or not right_count:
        raise ValueError(_example(parameter))
    # One number stands for the same number in each direction.
    return numbers[0] if counted and len(numbers) == 1 else numbers


def _part(parameter: Parameter, text: str) -> int | float:
    return float(text) if parameter.type == "floats" else int(text)


def _example(parameter: Parameter) -> str:
    if parameter.type == "floats":
        return "should be numbers, such as 0.5, 1e-3"
    if parameter.type == "ints":
        return "should be whole numbers, such as 1, 2"
    if parameter.type == "sides":
        example = ", ".join(["1"] * parameter.rank)
        return f"should be one whole number, or {parameter.rank}, such as {example}"
    rank = parameter.rank if parameter.type == "size" else 3
    if rank == 1:
        return f"should be a whole number{_or_words(parameter)}"
    example = " × ".join(["3"] * rank if parameter.type == "size" else ["3", "64", "64"])
    count = f"{rank} " if parameter.type == "size" else ""
    return f"should be {count}whole numbers, such as {example}{_or_words(parameter)}"


def _or_words(parameter: Parameter) -> str:
    return f", or {' or '.join(parameter.words)}" if parameter.words else ""


def _short_float(value: float) -> str:
    """`0.001`, `1e-5`, `2`: the shortest text that reads as the same number."""
    text = repr(value)
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}e{int(exponent)}"
    return text.removesuffix(".0")
