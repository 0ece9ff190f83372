"""Messages between window and kernel: JSON with numpy arrays in it, nothing that can run code.

A frame is the four bytes `CNN1`, the header's length (4 bytes, little endian), the header (JSON)
and the raw bytes of each array. The header is `{"body": ..., "arrays": [{"path", "dtype",
"shape"}]}`: the body has null where an array belongs, and `path` leads there.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel

MAGIC = b"CNN1"
PREFIX = struct.Struct("<4sI")
# Generous for any project or picture; a length beyond them is a stream out of step.
MAXIMUM_HEADER_BYTES = 2**28
MAXIMUM_ARRAY_BYTES = 2**32
ARRAY_KINDS = "biuf"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class Writable(Protocol):
    def write(self, data: Any, /) -> int | None: ...


class WireError(ValueError):
    """The stream holds something that is not a message."""


def encode(message: Any) -> list[bytes | memoryview]:
    """The chunks to write for a message of JSON values, pydantic models and numpy arrays.

    Raises TypeError for anything else.
    """
    arrays: list[np.ndarray] = []
    places: list[dict[str, Any]] = []
    body = _plain(message, (), arrays, places)
    header = json.dumps({"body": body, "arrays": places}, separators=(",", ":")).encode()
    chunks: list[bytes | memoryview] = [PREFIX.pack(MAGIC, len(header)), header]
    chunks += [
        memoryview(array.reshape(-1).view(np.uint8).data) for array in arrays if array.nbytes
    ]
    return chunks


def write(stream: Writable, message: Any) -> None:
    """Writes one message to an unbuffered binary stream."""
    write_chunks(stream, encode(message))


def write_chunks(stream: Writable, chunks: Iterable[bytes | memoryview]) -> None:
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            view = view[stream.write(view) or 0 :]


def read(stream: Readable) -> Any:
    """The next message. Raises EOFError at the end of the stream, WireError for garbage."""
    magic, length = PREFIX.unpack(_exactly(stream, PREFIX.size))
    if magic != MAGIC or length > MAXIMUM_HEADER_BYTES:
        raise WireError("the stream is out of step: this is no message")
    try:
        header = json.loads(_exactly(stream, length))
        body, places = header["body"], header["arrays"]
        specifications = [_specification(place) for place in places]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise WireError(f"a message's header is damaged: {error}") from None
    for path, dtype, shape in specifications:
        array = np.frombuffer(_exactly(stream, _bytes(dtype, shape)), dtype).reshape(shape)
        body = _placed(body, path, array)
    return body


def _plain(value: Any, path: tuple[Any, ...], arrays: list[np.ndarray], places: list[Any]) -> Any:
    """JSON for a value; its arrays are appended to `arrays`, and where they belong to `places`."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in ARRAY_KINDS:
            raise TypeError(f"an array of {value.dtype} can't be sent")
        array = np.ascontiguousarray(value)
        arrays.append(array)
        places.append({"path": path, "dtype": array.dtype.str, "shape": list(value.shape)})
        return None
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {
            str(key): _plain(item, (*path, str(key)), arrays, places) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, i), arrays, places) for i, item in enumerate(value)]
    raise TypeError(f"a {type(value).__name__} can't be sent")


def _specification(place: Any) -> tuple[list[Any], np.dtype, list[int]]:
    dtype, shape = np.dtype(str(place["dtype"])), [int(size) for size in place["shape"]]
    if dtype.kind not in ARRAY_KINDS or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} {shape}")
    if _bytes(dtype, shape) > MAXIMUM_ARRAY_BYTES:
        raise ValueError(f"an array of {_bytes(dtype, shape)} bytes")
    return list(place["path"]), dtype, shape


def _bytes(dtype: np.dtype, shape: list[int]) -> int:
    size = dtype.itemsize
    for length in shape:
        size *= length
    return size


def _placed(body: Any, path: list[Any], array: np.ndarray) -> Any:
    if not path:
        return array
    *way, last = path
    parent = body
    try:
        for step in way:
            parent = parent[step]
        parent[last] = array
    except (KeyError, IndexError, TypeError):
        raise WireError(f"a message has no place for its array at {path}") from None
    return body


def _exactly(stream: Readable, size: int) -> bytearray:
    """`size` bytes of the stream; a bytearray, so that arrays made from it can be written to."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        # In steps, so that a false length can't ask for all memory at once.
        piece = stream.read(min(len(view), 2**20))
        if not piece:
            raise EOFError
        view[: len(piece)] = piece
        view = view[len(piece) :]
    return buffer
