"""Steps in any order and with any parameters: the same images from everywhere."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.chosen import chosen_steps, mistake_in
from cnnstudio.data.augmentation.pipeline import pipeline
from cnnstudio.data.augmentation.presets import PRESETS
from cnnstudio.data.load import load
from cnnstudio.graph import AugmentationStep, DataError, DataSettings
from cnnstudio.layers.declaration import Parameter

SINGLE = [kind for kind, declared in augmentations.items() if not declared.of_batches]
SLOW = {"ElasticTransform", "AugMix"}


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    low, high = parameter.minimum, parameter.maximum
    if parameter.name == "factor":
        high = 2.0  # larger is only slower
    match parameter.type:
        case "int":
            return st.integers(int(low), min(int(high), 300))
        case "float":
            return st.floats(low, high, allow_nan=False)
        case "choice":
            return st.sampled_from(parameter.choices)
        case _:
            return st.tuples(st.integers(1, 40), st.integers(1, 40)).map(list)


@st.composite
def steps(draw: st.DrawFn) -> AugmentationStep:
    kind = draw(st.sampled_from(SINGLE))
    declared = augmentations[kind]
    chosen = draw(st.lists(st.sampled_from(declared.parameters or [None]), unique=True))
    parameters = {one.name: draw(values_of(one)) for one in chosen if one is not None}
    for low, high in declared.tuples.values():
        if low.endswith("_from"):
            pair = [parameters.get(n, declared.parameter(n).default) for n in (low, high)]
            parameters[low], parameters[high] = sorted(pair)
    probability = draw(st.none() | st.floats(0.0, 1.0))
    enabled = draw(st.booleans())
    return AugmentationStep(
        kind=kind, parameters=parameters, probability=probability, enabled=enabled
    )


@settings(max_examples=60, deadline=None)
@given(
    chosen=st.lists(steps(), max_size=4),
    shape=st.sampled_from([(1, 8, 8), (3, 17, 12), (3, 4, 4), (1, 2, 3)]),
    epoch=st.integers(0, 1000),
    cut=st.integers(0, 5),
)
def test_any_steps_in_any_order_give_an_image_the_same_change_in_any_batch(
    chosen, shape, epoch, cut
):
    indices = np.array([3, 1000, 0, 77, 8])
    made = pipeline(chosen, shape[1:], 11)
    if made is None:
        assert not any(step.enabled and step.kind != "Resize" for step in chosen)
        return
    random = np.random.default_rng(epoch)
    images = random.integers(0, 256, (5, shape[0], *made.source), np.uint8)
    kept = images.copy()
    whole = made.rows(epoch, images, indices)
    parts = [made.rows(epoch, images[part], indices[part]) for part in (slice(cut), slice(cut, 5))]

    assert whole.dtype == np.uint8 and whole.shape == (5, *shape)
    np.testing.assert_array_equal(images, kept)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    for image, index, expected in zip(images, indices, whole, strict=True):
        np.testing.assert_array_equal(made.sample(epoch, image, int(index), {})[0], expected)


def test_what_happens_to_an_image_follows_from_seed_epoch_index_and_place_alone():
    images = np.random.default_rng(0).integers(0, 256, (1, 3, 16, 16), np.uint8)
    step = AugmentationStep(kind="RandomAffine", parameters={"degrees": 90.0})
    off = AugmentationStep(kind="RandomInvert", enabled=False)

    def seen(seed=0, epoch=0, index=0, before=()):
        made = pipeline([*before, step], (16, 16), seed)
        return made.rows(epoch, images, np.array([index])).tobytes()

    different = {seen(), seen(seed=1), seen(epoch=1), seen(index=1), seen(before=[off])}
    assert len(different) == 5
    assert seen() == seen()


def test_a_resize_that_comes_first_begins_with_the_image_as_it_is_stored():
    """So a crop after it is a piece of the stored image, to the pixel."""
    data = DataSettings(dataset="shapes", options={"count": 120, "size": 64})
    splits = load(data, (3, 32, 32))
    train, levels_of = splits.train, splits.preparation.levels
    steps = [
        AugmentationStep(kind="Resize", parameters={"factor": 2.0}),
        AugmentationStep(kind="RandomCrop", parameters={"padding": 0}),
    ]
    made = pipeline(steps, (32, 32), 0)
    found = train.changed(made.change(0), made.source).batch(range(20))
    corners = set()
    for index in range(20):
        stored = train.image(index).transpose(2, 0, 1)
        levels = levels_of(stored[None])[0]
        pieces = np.lib.stride_tricks.sliding_window_view(levels, (32, 32), axis=(1, 2))
        same = (pieces == found[index][:, None, None]).all(axis=(0, 3, 4))
        assert same.sum() == 1
        corners.add(tuple(int(where[0]) for where in np.nonzero(same)))
        image, truth = made.sample(0, stored, index, train.truth(index))
        np.testing.assert_array_equal(levels_of(image[None])[0], found[index])
        top, left = (int(where[0]) for where in np.nonzero(same))
        mask = train.truth(index)["mask"][top : top + 32, left : left + 32]
        np.testing.assert_array_equal(truth["mask"], mask)
    assert len(corners) > 10


def test_threads_draw_beside_each_other_and_beside_the_training():
    images = np.random.default_rng(0).integers(0, 256, (64, 3, 16, 16), np.uint8)
    indices = np.arange(64)
    made = pickle.loads(pickle.dumps(pipeline(PRESETS["strong"].steps, (16, 16), 0)))
    images = images.repeat(3, axis=2).repeat(3, axis=3)[:, :, : made.source[0], : made.source[1]]
    expected = made.rows(0, images, indices)
    torch.manual_seed(5)
    undisturbed = [torch.rand(50) for _ in range(20)]
    torch.manual_seed(5)
    with ThreadPoolExecutor(4) as pool:
        found = [
            pool.submit(made.rows, 0, images[n : n + 8], indices[n : n + 8])
            for n in range(0, 64, 8)
        ]
        drawn = [torch.rand(50) for _ in range(20)]
    np.testing.assert_array_equal(np.concatenate([one.result() for one in found]), expected)
    assert torch.equal(torch.stack(drawn), torch.stack(undisturbed))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_made_of_what_there_is(name):
    chosen_steps(PRESETS[name].steps)
    flips = {"RandomHorizontalFlip", "RandomVerticalFlip"}
    assert name != "digits" or not flips & {step.kind for step in PRESETS[name].steps}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"kind": "RandomRotatoin"}, "there is no 'RandomRotatoin'. Did you mean RandomRotation"),
        ({"kind": "RandomCrop", "parameters": {"pad": 3}}, "has no parameter 'pad'"),
        ({"kind": "RandomRotation", "parameters": {"degrees": 500}}, "should be at most 180"),
        ({"kind": "RandomScale", "parameters": {"scale_from": 2}}, "is 2, more than Largest, 1.2"),
    ],
)
def test_a_wrong_step_is_told_with_its_place(step, words):
    wrong = AugmentationStep.model_validate(step)
    assert words in mistake_in(wrong)
    with pytest.raises(DataError, match="Step 2 of the augmentation"):
        pipeline([AugmentationStep(kind="RandomInvert"), wrong], (8, 8), 0)


def test_a_step_that_is_off_may_be_wrong():
    assert pipeline([AugmentationStep(kind="Gone", enabled=False)], (8, 8), 0) is None
