"""A small network of each family learns for a few steps; helpers' losses count."""

import math

import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import Project, RunError
from cnnstudio.training.preparation import prepare

SMALL = {
    "first": "small_cnn", "VGG": "vgg_digits", "ResNet": "resnet_digits",
    "Inception": "googlenet", "DenseNet": "densenet121", "mobile": "mobilenet_v3_small",
}  # fmt: skip


def on_few_images(name: str) -> Project:
    """The template for two shapes of 32 pixels, one epoch of three steps."""
    project = cs.template(name, input_shape=(3, 32, 32), classes=2)
    options = {"classes": 2, "count": 40}
    data = project.data.model_copy(update={"options": options})
    training = project.training.model_copy(update={"epochs": 1, "batch_size": 10, "threads": 1})
    return project.model_copy(update={"data": data, "training": training})


@pytest.mark.parametrize("name", SMALL.values(), ids=SMALL.keys())
def test_a_network_of_each_family_learns_for_a_few_steps(name, tmp_path):
    run = cs.train(on_few_images(name), run_dir=tmp_path / "run")
    [epoch] = run.metrics
    assert math.isfinite(epoch["train_loss"]) and epoch["train_loss"] > 0
    assert 0 <= run.test["accuracy"] <= 1


def test_helpers_learn_only_as_far_as_their_losses_count(tmp_path):
    project = on_few_images("googlenet")
    moved = {}
    for weight in (0.0, 0.3):
        training = project.training.model_copy(update={"auxiliary_weight": weight})
        wanted = project.model_copy(update={"training": training})
        before = prepare(wanted, torch.device("cpu")).model.state_dict()
        optimizer = training.optimizer.model_copy(update={"kind": "SGD", "parameters": {}})
        training = training.model_copy(update={"optimizer": optimizer})
        run = cs.train(
            project.model_copy(update={"training": training}), run_dir=tmp_path / str(weight)
        )
        after = run.model().state_dict()
        moved[weight] = not torch.equal(before["aux1.fc2.weight"], after["aux1.fc2.weight"])
    assert moved == {0.0: False, 0.3: True}


def test_each_output_must_have_a_number_for_each_class():
    project = on_few_images("googlenet")
    network = project.network
    helper = network.node("aux2")
    changed = helper.model_copy(update={"parameters": {**helper.parameters, "classes": 7}})
    nodes = (changed if node.id == "aux2" else node for node in network.nodes)
    with pytest.raises(RunError, match="'label_aux2' tells 7 classes apart"):
        prepare(project.with_network(network.replace(nodes=nodes)), torch.device("cpu"))
