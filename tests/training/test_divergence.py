"""The first number that is none is traced to the data, a layer, a gradient or an update."""

import pytest
import torch

from cnnstudio.graph import Component
from cnnstudio.training.divergence import Origin, examine, examine_evaluation
from cnnstudio.training.preparation import prepare
from cnnstudio.training.update import Update
from tests.training.networks import chain, project, sgd


def ready(middle: str = "Identity", **settings):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Flatten", "flat", {}),
        ("Linear", "fc", {"out_features": 8}),
        (middle, "middle", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    return prepare(project(network, optimizer=sgd(0.0), **settings), torch.device("cpu"))


def origin(made, images=None) -> Origin | None:
    update = Update(made)
    batch, labels = next(iter(made.train(torch.arange(64), 64)))
    images = batch if images is None else images
    return examine(made, images, labels, lambda loss: update.take(loss, 0, 0, 64), 7)


def test_a_step_whose_numbers_are_all_finite_has_no_origin():
    assert origin(ready()) is None


def test_images_that_hold_no_number():
    assert origin(ready(), torch.full((64, 1, 8, 8), float("nan"))) == Origin(7, "data")


def test_weights_that_are_none_before_the_step():
    made = ready()
    made.model.head.bias.data[3] = float("inf")
    assert origin(made) == Origin(7, "weights", "head")


def test_a_layer_whose_output_is_none_first():
    assert origin(ready("Log")) == Origin(7, "forward", "middle")


def test_a_loss_that_overflows_where_all_outputs_are_numbers():
    made = ready(loss=Component(kind="MSELoss", parameters={"softmax": False}))
    made.model.head.weight.data *= 1e30
    assert origin(made) == Origin(7, "loss")


def test_a_gradient_that_is_none_on_its_way_back():
    made = ready("Sqrt")
    made.model.fc.weight.data.zero_()
    made.model.fc.bias.data.zero_()  # the slope of the square root is infinite there
    assert origin(made) == Origin(7, "gradient", "middle")


def test_an_update_that_leads_beyond_all_numbers():
    made = ready()
    made.model.fc.bias.data.fill_(1e3)
    for group in made.optimizer.param_groups:
        group["lr"] = 3e38
    found = origin(made)
    assert found is not None and found.where == "update"


def test_evaluation_is_examined_too():
    made = ready("Log")
    batches = list(made.validation.in_order(64))
    assert examine_evaluation(made.model, batches, 7) == Origin(7, "forward", "middle")


@pytest.mark.parametrize("where", ["data", "weights", "forward", "loss", "gradient", "update"])
def test_each_origin_is_a_sentence(where):
    assert Origin(1234, where, "conv1").sentence.endswith("in step 1,234.")
