"""Every template takes another input and another number of classes."""

import pytest

import cnnstudio as cs
from cnnstudio.blueprints import blueprints, classes_of, ready
from cnnstudio.graph import ProblemError

NAMES = [blueprint.name for blueprint in blueprints()]


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 96, 80)])
@pytest.mark.parametrize("name", NAMES)
def test_a_template_takes_another_input_and_another_number_of_classes(name, shape):
    project = cs.template(name, input_shape=shape, classes=8)
    report = cs.check(project)
    assert report.problems == []
    outputs = [node.name for node in project.network.nodes if node.kind == "Output"]
    for output in outputs:
        wanted = [8, *shape[1:]] if name == "unet" else [8]
        assert report.shapes[output] == wanted
    assert project.data.dataset == ("digits" if shape[0] == 1 else "shapes")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_made_ready_has_as_many_classes_as_its_data(name):
    project = ready(name)
    report = cs.check(project)
    assert report.problems == []
    if name != "unet":
        outputs = [node.name for node in project.network.nodes if node.kind == "Output"]
        assert {report.shapes[output][0] for output in outputs} == {classes_of(project)}


def test_small_images_keep_their_size_in_the_stem_and_large_ones_do_not():
    small, large = cs.template("resnet18", (3, 32, 32)), cs.template("resnet18", (3, 64, 64))
    assert cs.check(small).shapes["layer1"] == [64, 32, 32]
    assert cs.check(large).shapes["layer1"] == [64, 16, 16]


def test_an_image_that_is_far_too_small_is_refused_with_a_remedy():
    [problem, *_] = cs.check(cs.template("alexnet", (3, 8, 8))).problems
    assert problem.severity == "error" and problem.hint


def test_fewer_than_two_classes_are_refused():
    with pytest.raises(ProblemError, match="at least 2 classes"):
        cs.template("googlenet", classes=1)
