"""What is written is read: JSON values and arrays, and nothing else."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnstudio.graph import Edge
from cnnstudio.kernel import wire

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def sent(message):
    stream = io.BytesIO()
    wire.write(stream, message)
    stream.seek(0)
    received = wire.read(stream)
    assert stream.read() == b""
    return received


@given(json_values)
def test_json_values_arrive_as_they_were(value):
    assert sent({"value": value}) == {"value": value}


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.float32, np.int64, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)
def test_arrays_arrive_with_type_shape_and_bytes(array):
    received = sent({"answer": {"maps": [array]}})["answer"]["maps"][0]

    assert received.dtype == array.dtype and received.shape == array.shape
    assert received.tobytes() == array.tobytes()


def test_an_array_may_be_the_whole_message_and_lie_in_any_order():
    array = np.arange(12).reshape(3, 4).T
    assert np.array_equal(sent(array), array)


def test_received_arrays_can_be_written_to():
    received = sent(np.zeros(3))
    received[0] = 1


def test_models_scalars_and_paths_become_json(tmp_path):
    message = {"edge": Edge(source="a", target="b"), "mean": np.float32(0.5), "path": tmp_path}
    assert sent(message) == {
        "edge": {"source": "a", "source_port": 0, "target": "b", "target_port": 0},
        "mean": 0.5,
        "path": str(tmp_path),
    }


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1, 2}, b"bytes"])
def test_anything_else_is_refused(value):
    with pytest.raises(TypeError, match="can't be sent"):
        wire.encode({"value": value})


@given(st.binary(max_size=200))
def test_random_bytes_are_an_error_and_nothing_worse(content):
    with pytest.raises((wire.WireError, EOFError)):
        wire.read(io.BytesIO(content))


@given(json_values)
def test_a_random_header_is_an_error_and_nothing_worse(header):
    text = json.dumps(header).encode()
    stream = io.BytesIO(wire.PREFIX.pack(wire.MAGIC, len(text)) + text)
    with pytest.raises((wire.WireError, EOFError)):
        wire.read(stream)


def test_object_arrays_can_not_be_smuggled_in():
    header = b'{"body": null, "arrays": [{"path": [], "dtype": "O", "shape": [1]}]}'
    stream = io.BytesIO(wire.PREFIX.pack(wire.MAGIC, len(header)) + header + bytes(8))
    with pytest.raises(wire.WireError, match="damaged"):
        wire.read(stream)
