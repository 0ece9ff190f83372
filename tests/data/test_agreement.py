"""A network that gives another number of classes than the data has."""

import pytest

import cnnstudio as cs
from cnnstudio.data.agreement import disagreement, with_data
from cnnstudio.data.catalogue import datasets
from cnnstudio.data.load import load
from cnnstudio.graph import DataSettings, Group, SetSetting
from tests.training.networks import small


def test_one_remedy_sets_all_heads_those_in_blocks_too():
    project = cs.template("googlenet", input_shape=(3, 32, 32))
    found = disagreement(project, cs.check(project), 6)
    assert found is not None and "1,000 numbers" in found.message
    remedy = Group(text=found.fix.label, edits=found.fix.edits)
    mended, undo = remedy.apply(project)
    report = cs.check(mended)
    outputs = ("label", "label_aux1", "label_aux2")
    assert [report.shapes[name] for name in outputs] == [[6], [6], [6]]
    assert disagreement(mended, report, 6) is None
    assert undo.apply(mended)[0] == project


def test_the_declaration_says_how_many_classes_there_are():
    project = small()
    report = cs.check(project)
    assert with_data(project, report) is report
    other, _ = SetSetting(section="data", name="dataset", value="shapes").apply(project)
    found = with_data(other, report).problems
    assert [problem.node for problem in found] == ["scores"] and "6 classes" in found[0].message
    more, _ = SetSetting(section="data", name="options", value={"classes": 10}).apply(other)
    assert with_data(more, report) is report
    unknown, _ = SetSetting(section="data", name="dataset", value="folder").apply(project)
    assert disagreement(unknown, report) is None


@pytest.mark.parametrize(
    ("kind", "options"), [("digits", {}), ("shapes", {"count": 20, "classes": 7, "size": 16})]
)
def test_what_is_declared_is_true(kind, options):
    found = load(DataSettings(dataset=kind, options=options), (3, 16, 16))
    assert datasets[kind].class_count(options) == len(found.classes)


def test_options_that_are_no_numbers_are_left_to_the_loader():
    assert datasets["shapes"].class_count({"classes": "many"}) is None
