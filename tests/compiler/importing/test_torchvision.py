"""One model of each of torchvision's families comes in and computes the same, bit for bit."""

import pytest
import torch

from cnnstudio.compiler.importing import from_module
from cnnstudio.compiler.importing.sources import (
    FAMILIES,
    construct_torchvision,
    import_source,
    smallest_input,
)
from cnnstudio.graph import CnnStudioError

# On a small machine the largest take minutes together; benchmarks/import_torchvision.py runs all.
LIGHT = [name for name in FAMILIES.values() if name not in ("maxvit_t", "swin_v2_t", "vgg11_bn",
         "efficientnet_v2_s", "inception_v3", "resnext50_32x4d", "vit_b_32")]  # fmt: skip


@pytest.mark.parametrize("name", LIGHT)
def test_it_comes_in_and_computes_the_same(name):
    torch.manual_seed(0)
    found = from_module(construct_torchvision(name), smallest_input(name))
    assert found.proof.exact, str(found.proof)


def test_mobilenet_comes_in_as_the_table_of_its_paper():
    found = import_source("torchvision:mobilenet_v2", (3, 64, 64))
    stages = [
        (node.parameters["out_channels"], node.parameters.get("repeat", 1),
         node.parameters["stride"])
        for node in found.project.network.nodes
        if node.block and node.block.startswith("InvertedResidual") and node.parameters
    ]  # fmt: skip
    assert stages == [(24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]


def test_an_unknown_name_is_told_with_those_close_to_it():
    with pytest.raises(CnnStudioError, match="no classification model 'resne18'") as caught:
        import_source("torchvision:resne18")
    assert "resnet18" in caught.value.hint
