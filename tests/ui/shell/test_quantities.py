import pytest

from cnnstudio.ui import quantities


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (431, "431"), (20_038, "20,038"), (99_999, "99,999"), (61_100_840, "61.1 M"),
     (11_689_512, "11.7 M"), (999_900, "1 M"), (1.814e9, "1.81 G")],
)  # fmt: skip
def test_counts_have_three_digits_and_a_prefix(value, text):
    assert quantities.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (512, "512 B"), (3_100_000, "3.1 MB"), (2e9, "2 GB")]
)
def test_memory_has_a_unit(value, text):
    assert quantities.memory(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0:00"), (7, "0:07"), (72.4, "1:12"), (7389, "2:03:09")]
)
def test_durations_read_like_a_clock(seconds, text):
    assert quantities.duration(seconds) == text


def test_shares_shapes_and_plurals():
    assert quantities.percent(0.9412) == "94.1 %"
    assert quantities.percent(None) == ""
    assert quantities.shape([64, 28, 28]) == "64×28×28"
    assert quantities.plural(1, "error") == "1 error"
    assert quantities.plural(1200, "box", "boxes") == "1,200 boxes"
