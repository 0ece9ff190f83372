"""An image over a run, as numbers and as an animation; two networks side by side."""

from __future__ import annotations

import json
from dataclasses import replace

import av
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file

import cnnstudio as cs
from cnnstudio.graph import ExplanationError, RunError
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.over_time.animation import write_animation
from cnnstudio.interpret.over_time.storyboard import Storyboard
from cnnstudio.interpret.side_by_side import beside_figure, differing
from cnnstudio.training import snapshots as keeping
from cnnstudio.training.moments import moments
from cnnstudio.training.rundir import RunDirectory
from tests.command import run as command
from tests.training import networks

SMALL = {"epochs": 4, "batch_size": 64, "device": "cpu", "tensorboard": False, "snapshots": 8}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> RunDirectory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "LARGEST_SHARE", 100.0)
        folder = tmp_path_factory.mktemp("history") / "run"
        return cs.train(networks.small(**SMALL), folder).directory


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> RunDirectory:
    """Another network on the same data."""
    folder = tmp_path_factory.mktemp("other") / "other"
    return cs.train(networks.small(**SMALL | {"seed": 5, "epochs": 1}), folder).directory


def storyboard(frames=3, image=(6, 8), heat=None):
    heats = np.linspace(0, 1, frames)[:, None, None] * np.ones(image) if heat is None else heat
    return Storyboard(
        steps=tuple(range(frames)),
        epochs=tuple(step / 2 for step in range(frames)),
        image=np.full((*image, 3), 90, np.uint8),
        classes=("cat", "dog"),
        probabilities=np.full((frames, 2), 0.5, np.float32),
        heats=heats.astype(np.float32),
        caption="cat · Grad-CAM",
    )


# The numbers


def test_each_moment_is_what_the_network_of_then_says_and_explains(run):
    found = cs.history(run.path, "test:1", maps="conv")
    assert [moment.step for moment in found.moments] == [one.step for one in moments(run)]
    assert found.heats.shape == (len(found.moments), 8, 8)
    last = cs.open_run(run.path, "last")
    images = torch.as_tensor(np.asarray(last.images("test:1")))
    assert found.target == int(last.model(images).argmax())
    for index in (0, len(found.moments) // 2, len(found.moments) - 1):
        then = cs.open_run(run.path, found.moments[index].name)
        with torch.no_grad():
            chances = then.model(images).softmax(1)[0].numpy()
        assert np.allclose(found.probabilities[index], chances, atol=1e-6)
        heat = cs.explain(then.model, images, "gradcam", found.target, found.layer)
        assert np.array_equal(found.heats[index], heat[0])
        maps = cs.feature_maps(then.model, images, ["conv"])["conv"]
        assert np.array_equal(found.maps[index], maps[0])
    assert not np.allclose(found.heats[0], found.heats[-1])


def test_the_heat_of_one_class_less_another_is_shown_with_its_sign(run):
    one = cs.history(run, "test:1", target=0, layer="conv", most=2)
    other = cs.history(run, "test:1", target=1, layer="conv", most=2)
    both = cs.history(run, "test:1", target=0, against=1, layer="conv", most=2)
    assert np.allclose(both.heats, one.heats - other.heats, atol=1e-6)
    board = both.storyboard()
    assert board.signed and not one.storyboard().signed
    names = both.classes
    assert board.heat_title == f"Why “{names[0]}”, not “{names[1]}”"


def test_filters_over_the_run_are_the_weights_of_then(run):
    found = cs.history(run, "test:0", None, filters="conv", most=4)
    for moment, pictures in zip(found.moments, found.filters, strict=True):
        weights = load_file(moment.path / "model.safetensors")["conv.weight"]
        assert np.array_equal(pictures, weights[:16, 0].numpy())
    [size] = {frame.shape for frame in found.storyboard().frames(400)}
    assert size[1] == 400
    with pytest.raises(ExplanationError, match="no kernels to show"):
        cs.history(run, "test:0", None, filters="norm")


def test_so_many_moments_as_were_asked_for_with_the_first_and_the_last(run):
    found = cs.history(run, "test:0", None, most=3)
    steps = [moment.step for moment in moments(run)]
    assert len(found.moments) == 3
    assert (found.moments[0].step, found.moments[-1].step) == (steps[0], steps[-1])
    assert found.heats is None and found.maps is None


def test_a_vector_has_no_maps_and_a_run_that_is_not_there_is_named(run, tmp_path):
    with pytest.raises(ExplanationError, match="'head' gives no maps"):
        cs.history(run, "test:0", None, maps="head")
    with pytest.raises(RunError, match="no run in"):
        cs.history(tmp_path / "none", "test:0")
    with pytest.raises(ExplanationError, match="no class 'zebra'"):
        cs.history(run, "test:0", target="zebra")


# The animation


def test_a_gif_has_a_frame_for_each_moment_and_holds_the_last(run, tmp_path):
    found = cs.history(run, "test:1", maps="conv")
    path = found.save(tmp_path / "history.gif", per_second=5, width=320)
    with Image.open(path) as gif:
        assert gif.n_frames == len(found.moments)
        assert gif.width == 320 and gif.height % 2 == 0
        lasting = []
        for number in range(gif.n_frames):
            gif.seek(number)
            lasting.append(gif.info["duration"])
        assert set(lasting[:-1]) == {200} and lasting[-1] == 1700
        assert gif.info["loop"] == 0


def test_a_colour_bar_stays_smooth_in_a_gif(tmp_path):
    draw = np.random.default_rng(0)
    frame = np.repeat(draw.integers(40, 60, (160, 256, 1), np.uint8), 3, axis=2)
    frame[150:154] = colour_maps["coolwarm"]
    path = write_animation(tmp_path / "bar.gif", [frame], 5)
    with Image.open(path) as gif:
        apart = np.abs(np.asarray(gif.convert("RGB"))[150].astype(int) - frame[150])
    assert apart.max() <= 4


def test_an_mp4_plays_the_same_frames(run, tmp_path):
    found = cs.history(run, "test:1")
    told = []
    path = found.save(tmp_path / "history.mp4", 4, 321, lambda share, text: told.append(share))
    drawn = list(found.storyboard().frames(321))
    with av.open(str(path)) as container:
        [stream] = container.streams.video
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert stream.codec.name in ("h264", "mpeg4")
        assert stream.average_rate == 4
    assert len(frames) == len(drawn) + 6  # a second and a half of the last
    assert frames[0].shape == drawn[0].shape == (drawn[0].shape[0], 322, 3)
    for shown, wanted in zip(frames, drawn, strict=False):
        assert np.abs(shown.astype(int) - wanted.astype(int)).mean() < 6
    assert told == sorted(told) and told[-1] == 1.0


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(120, 400))
def test_frames_of_any_image_are_of_one_size_with_even_sides(height, width, wide):
    frames = list(storyboard(image=(height, width)).frames(wide))
    [shape] = {frame.shape for frame in frames}
    assert shape[0] % 2 == 0 and shape[1] % 2 == 0 and 0 <= shape[1] - wide <= 1


def test_colours_mean_the_same_in_all_frames():
    heat = np.random.default_rng(0).random((6, 8))
    one, half, again = storyboard(heat=np.stack([heat, heat / 2, heat])).frames(300)
    timeline = 60  # which moves on
    assert np.array_equal(one[:-timeline], again[:-timeline])
    assert not np.array_equal(one[:-timeline], half[:-timeline])


def test_an_animation_that_is_interrupted_leaves_the_file_that_was_there(tmp_path):
    for name in ("one.gif", "one.mp4"):
        path = tmp_path / name
        path.write_text("before")

        def broken():
            yield from storyboard().frames(200)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_animation(path, broken(), 5)
        assert path.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"one.gif", "one.mp4"}


@pytest.mark.parametrize(
    ("name", "pace", "message"),
    [("a.avi", 5, "can't be written as 'a.avi'"), ("a.gif", 0, "0 frames a second can't be"),
     ("file/a.gif", 5, "can't be written"), ("file/in/a.mp4", 5, "can't be written")],
)  # fmt: skip
def test_what_can_not_be_written_is_told(tmp_path, name, pace, message):
    (tmp_path / "file").touch()
    with pytest.raises(ExplanationError, match=message):
        write_animation(tmp_path / name, storyboard().frames(200), pace)


def test_the_command_tells_each_moment_and_writes_the_animation(run, tmp_path):
    done = command(
        "history", str(run.path), "test:1", "--moments", "3", "--maps", "conv", "--json",
        "-o", "seen.gif", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["step"] for row in rows] == sorted(row["step"] for row in rows)
    assert all(abs(sum(row["probabilities"].values()) - 1) < 1e-5 for row in rows)
    with Image.open(tmp_path / "seen.gif") as gif:
        assert gif.n_frames == 3
    again = command("history", str(run.path), "test:1", "-o", "seen.gif", folder=tmp_path)
    assert again.returncode == 1 and "exists already" in again.stderr
    wrong = command("history", str(run.path), "test:1", "-o", "seen.txt", folder=tmp_path)
    assert wrong.returncode == 1 and ".gif or .mp4" in wrong.stderr


def test_a_checkpoint_that_is_not_there_is_told_with_moments_that_are(run):
    with pytest.raises(RunError, match="no checkpoint 'nope'") as told:
        cs.open_run(run.path, "nope")
    assert "last" in told.value.hint and "step-000000" in told.value.hint


# Side by side


def test_a_run_beside_itself_agrees_and_differs_nowhere(run):
    [found] = cs.compare_runs(run.path, run.path, "test:2")
    assert found.agree and not found.difference.any()
    [then] = cs.compare_runs(run.path, run.path, "test:2", second_checkpoint="step-000000")
    assert then.first.target == then.second.target
    wanted = cs.explain(
        cs.open_run(run.path, "step-000000").model,
        cs.open_run(run.path).images("test:2"), "gradcam", then.first.target, then.second.layer,
    )  # fmt: skip
    assert np.array_equal(then.difference, then.first.heat - wanted[0])


def test_what_two_decide_differently_is_what_their_networks_say(run, other):
    one, two = cs.open_run(run.path), cs.open_run(other.path)
    images, labels = one.splits.test.tensors()
    with torch.no_grad():
        said = [subject.model(images).argmax(1) for subject in (one, two)]
    found = differing(one, two)
    assert found.indexes.tolist() == torch.nonzero(said[0] != said[1])[:, 0].tolist()
    assert len(found.indexes) > 0
    assert found.right == tuple(int((numbers == labels).sum()) for numbers in said)
    for numbers, predicted in zip(said, found.predicted, strict=True):
        assert predicted.tolist() == numbers[found.indexes].tolist()


def test_runs_on_other_images_are_not_compared_one_by_one(run):
    one = cs.open_run(run.path)
    elsewhere = one.project.data.model_copy(update={"seed": 9})
    moved = replace(one, project=one.project.model_copy(update={"data": elsewhere}))
    with pytest.raises(ExplanationError, match="other test images"):
        differing(one, moved)


def test_the_picture_has_four_panels_an_image_and_three_where_sizes_differ(run, other):
    found = cs.compare_runs(run.path, other.path, ["test:0", "test:1"])
    assert len(beside_figure(found, ("a", "b")).panels) == 8
    small = replace(found[0], second=replace(found[0].second, heat=np.zeros((4, 4), np.float32)))
    assert small.difference is None


def test_the_command_compares_two_runs(run, other, tmp_path):
    done = command(
        "compare-runs", str(run.path), str(other.path), "test:0", "test:3", "--json",
        "-o", "two.png", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["image"] for row in rows] == ["test:0", "test:3"]
    for row in rows:
        assert row["agree"] == (row["first"]["predicted"] == row["second"]["predicted"])
    with Image.open(tmp_path / "two.png") as picture:
        assert picture.width == 1024
    listed = command(
        "compare-runs", str(run.path), str(other.path), "--differing", "test", "--json",
        folder=tmp_path,
    )  # fmt: skip
    told = json.loads(listed.stdout)
    assert told["total"] == 270 and len(told["differing"]) > 0
