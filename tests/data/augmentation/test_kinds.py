"""Each kind of step does what torchvision's transform does under the seed that is derived."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torchvision import tv_tensors
from torchvision.ops import masks_to_boxes
from torchvision.transforms import AutoAugmentPolicy, InterpolationMode, v2

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.pipeline import Pipeline, pipeline
from cnnstudio.data.derivation import derived_seed
from cnnstudio.graph import AugmentationStep

SIZE = (28, 24)
SEED, EPOCH = 7, 3
SMOOTH = {"interpolation": InterpolationMode.BILINEAR}
# A kind's parameters, and torchvision's transform for them.
CASES: list[tuple[str, dict, v2.Transform]] = [
    ("RandomCrop", {"padding": 5, "fill": 9},
     v2.RandomCrop(SIZE, 5, fill={tv_tensors.Image: 9, "others": 0})),
    ("RandomCrop", {"padding_mode": "reflect"}, v2.RandomCrop(SIZE, 4, padding_mode="reflect")),
    ("RandomResizedCrop", {"scale_from": 0.3},
     v2.RandomResizedCrop(SIZE, (0.3, 1.0), (0.75, 1.3333), antialias=True)),
    ("Resize", {"factor": 1.25}, v2.Compose([v2.Resize((35, 30), antialias=True),
                                             v2.Resize(SIZE, antialias=True)])),
    ("RandomHorizontalFlip", {}, v2.RandomHorizontalFlip(0.5)),
    ("RandomVerticalFlip", {}, v2.RandomVerticalFlip(0.5)),
    ("RandomRotation", {"degrees": 40.0, "fill": 200},
     v2.RandomRotation(40.0, fill={tv_tensors.Image: 200, "others": 0}, **SMOOTH)),
    ("RandomTranslation", {"horizontal": 0.3},
     v2.RandomAffine(0.0, (0.3, 0.1), **SMOOTH)),
    ("RandomScale", {"scale_to": 1.5}, v2.RandomAffine(0.0, scale=(0.8, 1.5), **SMOOTH)),
    ("RandomShear", {"vertical": 5.0},
     v2.RandomAffine(0.0, shear=(-10.0, 10.0, -5.0, 5.0), **SMOOTH)),
    ("RandomAffine", {}, v2.RandomAffine(10.0, (0.1, 0.1), (0.9, 1.1), 5.0, **SMOOTH)),
    ("RandomPerspective", {}, v2.RandomPerspective(0.3, 0.5)),
    ("ElasticTransform", {"sigma": 2.0},
     v2.RandomApply([v2.ElasticTransform(50.0, 2.0)], 0.5)),
    ("ColorJitter", {"hue": 0.1}, v2.ColorJitter(0.2, 0.2, 0.2, 0.1)),
    ("RandomGrayscale", {}, v2.RandomGrayscale(0.1)),
    ("RandomInvert", {}, v2.RandomInvert(0.5)),
    ("RandomPosterize", {"bits": 2}, v2.RandomPosterize(2, 0.5)),
    ("RandomSolarize", {}, v2.RandomSolarize(128, 0.5)),
    ("RandomEqualize", {}, v2.RandomEqualize(0.5)),
    ("RandomAutocontrast", {}, v2.RandomAutocontrast(0.5)),
    ("RandomAdjustSharpness", {}, v2.RandomAdjustSharpness(2.0, 0.5)),
    ("GaussianBlur", {"sigma_to": 2.0},
     v2.RandomApply([v2.GaussianBlur(13, (0.1, 2.0))], 0.5)),
    ("GaussianNoise", {}, v2.RandomApply([
        v2.ToDtype(torch.float32, scale=True), v2.GaussianNoise(0.0, 0.05),
        v2.Lambda(lambda levels: levels.mul(255).round().to(torch.uint8))], 0.5)),
    ("RandomErasing", {"value": 30}, v2.RandomErasing(0.5, (0.02, 0.2), value=30)),
    ("RandAugment", {"magnitude": 15}, v2.RandAugment(2, 15, **SMOOTH)),
    ("TrivialAugmentWide", {}, v2.TrivialAugmentWide(**SMOOTH)),
    ("AutoAugment", {"policy": "svhn"}, v2.AutoAugment(AutoAugmentPolicy.SVHN, **SMOOTH)),
    ("AugMix", {}, v2.AugMix(**SMOOTH)),
]  # fmt: skip
NAMES = [f"{kind}-{number}" for number, (kind, *_) in enumerate(CASES)]
GEOMETRIC = [case for case in CASES if augmentations[case[0]].geometric]
POLICIES = (v2.RandAugment, v2.TrivialAugmentWide, v2.AutoAugment)


def pictures(channels: int) -> np.ndarray:
    random = np.random.default_rng(channels)
    rough = random.integers(0, 256, (12, channels, 7, 6), np.uint8)
    return rough.repeat(4, axis=2).repeat(4, axis=3)


def of(step: AugmentationStep) -> Pipeline:
    """A pipeline of this step. A Resize comes second in it: as the first it begins elsewhere."""
    never = AugmentationStep(kind="RandomInvert", probability=0.0)
    return pipeline([never, step] if step.kind == "Resize" else [step], SIZE, SEED)


def seeded(index: int) -> None:
    torch.manual_seed(derived_seed(SEED, "augment", EPOCH, index, 0))


def test_every_kind_for_single_images_is_compared():
    single = {kind for kind, declared in augmentations.items() if not declared.of_batches}
    assert {kind for kind, *_ in CASES} == single


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("kind", "parameters", "reference"), CASES, ids=NAMES)
def test_a_step_is_torchvisions_transform_under_its_seed(kind, parameters, reference, channels):
    images, indices = pictures(channels), np.arange(100, 112)
    step = AugmentationStep(kind=kind, parameters=parameters)
    made = of(step)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    found = made.rows(EPOCH, images, indices)

    assert torch.equal(torch.get_rng_state(), before)
    for image, index, ours in zip(images, indices, found, strict=True):
        seeded(int(index))
        theirs = reference(tv_tensors.Image(torch.from_numpy(image)))
        if kind == "GaussianNoise":  # theirs counts from 0 to 1: a level may round otherwise
            assert np.abs(ours.astype(int) - theirs.numpy()).max() <= 1
        else:
            np.testing.assert_array_equal(ours, theirs.numpy())
    assert not np.array_equal(found, images) or kind == "RandomGrayscale"


@pytest.mark.parametrize(
    ("kind", "parameters", "reference"),
    [case for case in GEOMETRIC if not isinstance(case[2], POLICIES)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_boxes_and_masks_follow_as_torchvisions_do(kind, parameters, reference):
    image = pictures(3)[0]
    mask = np.zeros(SIZE, bool)
    mask[8:20, 6:15] = True
    made = of(AugmentationStep(kind=kind, parameters=parameters))
    theirs_only_box = {"box": [6, 8, 15, 20]}
    mirrored = parameters.get("padding_mode") == "reflect"
    for index in range(20):
        seeded(index)
        sample = {"image": tv_tensors.Image(torch.from_numpy(image)),
                  "mask": tv_tensors.Mask(torch.from_numpy(mask.astype(np.uint8)))}  # fmt: skip
        if not mirrored:  # which torchvision refuses for boxes
            sample["box"] = tv_tensors.BoundingBoxes(
                [[6, 8, 15, 20]], format="XYXY", canvas_size=SIZE, dtype=torch.float32)  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = reference(sample)
        ours, truth = made.sample(EPOCH, image, index, {"mask": mask, "box": [6, 8, 15, 20]})
        _, alone = made.sample(EPOCH, image, index, theirs_only_box)

        np.testing.assert_array_equal(ours, theirs["image"].numpy())
        np.testing.assert_array_equal(truth["mask"], theirs["mask"].numpy().astype(bool))
        if truth["mask"].any():
            inside = masks_to_boxes(torch.from_numpy(truth["mask"])[None])[0].tolist()
            left, top, right, bottom = truth["box"]
            assert [left, top, right - 1, bottom - 1] == inside
        if not mirrored:
            np.testing.assert_allclose(alone["box"], theirs["box"][0].tolist(), atol=1e-4)


@pytest.mark.parametrize("kind", ["RandAugment", "TrivialAugmentWide", "AutoAugment"])
def test_the_mask_follows_what_an_automatic_policy_moves(kind):
    mask = np.zeros((32, 32), bool)
    mask[8:22, 10:24] = True
    image = np.where(mask, np.uint8(230), np.uint8(25))[None].repeat(3, axis=0)
    made = pipeline([AugmentationStep(kind=kind)], (32, 32), SEED)
    moved = 0
    for index in range(60):
        seen, truth = made.sample(0, image, index, {"mask": mask})
        moved += not np.array_equal(truth["mask"], mask)
        inside, outside = seen[0][truth["mask"]], seen[0][~truth["mask"]]
        # Whatever was done to its colours, the object's are its own.
        if len(inside) and abs(float(np.median(inside)) - float(np.median(outside))) > 60:
            middle = (float(np.median(inside)) + float(np.median(outside))) / 2
            assert ((inside > middle) == (np.median(inside) > middle)).mean() > 0.9
    assert moved > 5


def test_a_colour_step_leaves_the_mask_alone():
    mask = np.eye(24, dtype=bool)
    made = pipeline([AugmentationStep(kind="RandomInvert", probability=1.0)], (24, 24), SEED)
    _, truth = made.sample(0, np.zeros((3, 24, 24), np.uint8), 0, {"mask": mask, "box": [0] * 4})
    np.testing.assert_array_equal(truth["mask"], mask)
    assert truth["box"] == [0, 0, 24, 24]


def test_an_image_without_an_outline_has_none_afterwards():
    made = pipeline([AugmentationStep(kind="RandomRotation")], (24, 24), SEED)
    assert made.sample(0, np.zeros((3, 24, 24), np.uint8), 0, {})[1] == {}
