"""Templates that torchvision has too: the same weights give the same answer, bit for bit."""

import pytest
import torch

import cnnstudio as cs
from cnnstudio.blueprints import blueprints
from tests.templates.published import copied, published, undrawn

# The smallest that they take; 64 for the others, to be quick.
SIZES = {"inception_v3": 299, "vit_b_16": 224}
THERE = [
    "alexnet", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn",
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
    "wide_resnet50_2", "googlenet", "inception_v3", "densenet121", "densenet169", "densenet201",
    "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large",
    "efficientnet_b0", "shufflenet_v2_x1_0", "convnext_tiny", "vit_b_16",
]  # fmt: skip


# Where the helpers of the Inception family look.
HELPERS = {
    "googlenet": {"label_aux1": ("inception4a", "aux1"), "label_aux2": ("inception4d", "aux2")},
    "inception_v3": {"label_aux": ("Mixed_6e", "AuxLogits")},
}


@pytest.mark.parametrize("name", THERE)
def test_a_template_with_torchvisions_weights_gives_torchvisions_answer(name):
    theirs = published(name)
    with undrawn():
        ours = cs.build(cs.template(name)).eval()
    copied(name, ours, theirs)
    listed = next(blueprint for blueprint in blueprints() if blueprint.name == name)
    count = sum(parameter.numel() for parameter in theirs.parameters())
    assert listed.parameters == sum(p.numel() for p in ours.parameters()) == count
    size = SIZES.get(name, 64)
    image = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    seen: dict[str, torch.Tensor] = {}
    for output, (place, helper) in HELPERS.get(name, {}).items():
        look = theirs.get_submodule(helper)
        theirs.get_submodule(place).register_forward_hook(
            lambda _module, _given, maps, output=output, look=look: seen.update(
                {output: look(maps)}
            )
        )
    with torch.inference_mode():
        given, seen["label"] = ours(image), theirs(image)
    given = given if isinstance(given, dict) else {"label": given}
    assert given.keys() == seen.keys()
    for output, wanted in seen.items():
        assert torch.equal(given[output], wanted)
        assert wanted.isfinite().all() and wanted.std() > 0
