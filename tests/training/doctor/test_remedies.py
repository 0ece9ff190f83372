"""Each remedy changes a project so that it can still be trained, and does so once."""

from __future__ import annotations

import json

import pytest

from cnnstudio.compiler.check import check
from cnnstudio.graph import Component, Group, Network, Node, Project, RunError, load
from cnnstudio.training.chosen import check_settings
from cnnstudio.training.doctor import Finding, diagnose, illnesses, mended, prescriptions, remedies
from cnnstudio.training.doctor.surgery import located
from cnnstudio.training.run import Run
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from tests.command import run
from tests.training.doctor.courses import DATA, course
from tests.training.doctor.test_illnesses import SICK
from tests.training.networks import chain, lenet, small

SIGMOIDS = chain(
    ("Input", "image", {"shape": [1, 28, 28]}),
    ("Conv2d", "conv", {"out_channels": 4, "kernel_size": 3}),
    ("Sigmoid", "act1", {}),
    ("Flatten", "flat", {}),
    ("Linear", "fc", {"out_features": 20}),
    ("Hardtanh", "act2", {"min_val": -2.0}),
    ("Linear", "head", {"out_features": 10}),
    ("Output", "scores", {}),
)


def ill(project: Project) -> Project:
    """With all that the remedies take away."""
    data = project.data.model_copy(update={"normalize": False})
    training = project.training.model_copy(update={"l1": 0.1, "keep_images": "disk"})
    return project.model_copy(update={"data": data, "training": training})


UNSUITED = lenet(loss=Component(kind="NLLLoss", parameters={"balanced": True}))


@pytest.mark.parametrize("name", remedies)
def test_a_remedy_changes_something_and_leaves_a_project_that_can_be_trained(name):
    projects = [ill(lenet()), ill(small()), lenet().with_network(SIGMOIDS), UNSUITED]
    applied = 0
    for project in projects:
        edits = remedies[name].edits(project, ("relu1", "relu3"))
        if edits:
            changed, undo = Group(text=name, edits=tuple(edits)).apply(project)
            assert changed != project and undo.apply(changed)[0] == project
            assert check(changed).ok
            check_settings(changed.training)
            applied += 1
    assert applied


def test_each_illness_has_a_remedy_that_applies_to_an_ordinary_project():
    for illness in illnesses.values():
        finding = Finding(illness, 1, 1, {}, ("relu1",))
        projects = ill(lenet().with_network(SIGMOIDS)), ill(lenet()), UNSUITED
        assert any(prescriptions(project, finding) for project in projects), illness.name


def told(project: Project, trained: Project, illness: str, name: str):
    finding = Finding(illnesses[illness], 1, 1, {}, ("relu1",))
    return next(one for one in prescriptions(project, finding, trained) if one.remedy.name == name)


def test_a_remedy_goes_by_the_runs_settings_whatever_the_project_has_become():
    trained, project = lenet(learning_rate=1.0), lenet(learning_rate=0.003)
    lower = told(project, trained, "rate_too_high", "lower-rate")
    changed, _ = lower.edit.apply(project)
    again = told(changed, trained, "rate_too_high", "lower-rate")

    assert changed.training.learning_rate == 0.1 and not lower.done
    assert lower.title == "Lower the learning rate: 1 → 0.1"
    assert lower.changes[0].now == 0.003
    assert again.done and again.edit.apply(changed)[0] == changed


def test_a_remedy_of_the_network_is_done_where_the_project_has_it():
    trained = lenet()
    leaky = told(trained, trained, "dead_units", "leaky-relu")
    changed, _ = leaky.edit.apply(trained)

    assert not leaky.done and told(changed, trained, "dead_units", "leaky-relu").done


def test_a_parameter_of_the_runs_optimizer_is_not_set_for_another_one():
    project = lenet(optimizer=Component(kind="SGD", parameters={"weight_decay": 0.02}))
    more = told(project, lenet(), "overfitting", "more-weight-decay")

    assert more.edit.apply(project)[0].training.optimizer.parameters["weight_decay"] == 0.1


def test_cross_entropy_takes_the_place_of_a_loss_that_does_not_suit_and_keeps_its_balance():
    (finding,) = diagnose(UNSUITED, DATA, SICK["loss_below_zero"])
    changed = mended(UNSUITED, [finding], "cross-entropy")

    balanced = Component(kind="CrossEntropyLoss", parameters={"balanced": True})
    assert changed.training.loss == balanced
    assert not remedies["cross-entropy"].edits(lenet(), ())


def test_leaky_relu_takes_the_place_of_the_dead_layers_only():
    (finding,) = diagnose(lenet(), DATA, SICK["dead_units"])
    changed = mended(lenet(), [finding], "leaky-relu")

    kinds = {node.name: node.kind for node in changed.network.nodes}
    assert (kinds["relu1"], kinds["relu2"]) == ("LeakyReLU", "ReLU")


def test_normalisation_comes_between_layers_and_their_activations():
    changed = mended(lenet(), [], "add-norm")
    after = {
        changed.network.by_id[edge.source].name: changed.network.by_id[edge.target].kind
        for edge in changed.network.edges
    }

    assert [after[n] for n in ("conv1", "conv2", "fc1", "fc2")] == [
        "BatchNorm2d", "BatchNorm2d", "BatchNorm1d", "BatchNorm1d",
    ]  # fmt: skip
    assert after["fc3"] == "Output"
    with pytest.raises(RunError, match="changes nothing here"):
        mended(changed, [], "add-norm")


def test_a_path_leads_into_blocks():
    inner = Network(name="Cell", nodes=(Node(id="a", kind="ReLU", name="act"),))
    outer = Network(nodes=(Node(id="b", kind="block:Cell", name="layer1"),))
    project = Project(networks=(outer, inner))

    assert located(project, "layer1.0.act") == (inner, inner.nodes[0])
    assert located(project, "layer1.nothing") is None and located(project, "conv.act") is None


def test_labels_are_smoothed_only_by_a_loss_that_can():
    hinge = lenet(loss=Component(kind="MSELoss"))
    assert not remedies["smooth-labels"].edits(hinge, ())
    assert remedies["smooth-labels"].edits(lenet(), ())


@pytest.fixture
def sick_run(tmp_path):
    made = RunDirectory.create_at(tmp_path / "run", lenet(epochs=8))
    made.events_file.write_text("\n".join(map(json.dumps, SICK["dead_units"])) + "\n")
    (made.path / "data.json").write_text(json.dumps(DATA))
    return made


def test_the_command_prints_findings_with_evidence_and_remedies(sick_run, tmp_path):
    printed = run("doctor", "run", folder=tmp_path)
    assert printed.returncode == 0
    for words in ("Most units of 'relu1' are dead", "70 % give 0", "--remedy leaky-relu"):
        assert words in printed.stdout

    (told,) = json.loads(run("doctor", "run", "--json", folder=tmp_path).stdout)
    assert told["illness"] == "dead_units" and told["nodes"] == ["relu1"]
    assert "leaky-relu" in told["remedies"]


def test_the_command_says_of_a_failed_run_why_and_how_to_go_on(sick_run, tmp_path):
    healthy = [event for event in course(2) if event["step"] <= 24]
    sick_run.events_file.write_text("\n".join(map(json.dumps, healthy)) + "\n")
    folder = sick_run.checkpoint_folder / "step-000020"
    folder.mkdir(parents=True)
    sick_run.write_status(RunStatus(state="failed", message="It was killed.", hint="Go on.",
                                    epoch=2, step=24))  # fmt: skip

    printed = run("doctor", "run", folder=tmp_path).stdout
    for words in ("The run failed: It was killed.", "Go on.", "train --resume --run-dir run",
                  "In what it learned until then"):  # fmt: skip
        assert words in printed
    (told,) = json.loads(run("doctor", "run", "--json", folder=tmp_path).stdout)
    assert (told["illness"], told["message"]) == ("run_failed", "It was killed.")


def test_python_finds_the_same(sick_run):
    (found,) = Run(sick_run.path).findings
    assert (found.illness.name, found.node) == ("dead_units", "relu1")


def test_the_command_writes_the_mended_project(sick_run, tmp_path):
    done = run("doctor", "run", "--remedy", "leaky-relu", "-o", "new.cnns", folder=tmp_path)
    assert done.returncode == 0
    kinds = [node.kind for node in load(tmp_path / "new.cnns").network.nodes]
    assert kinds.count("LeakyReLU") == 1

    again = run("doctor", "run", "--remedy", "leaky-relu", "-o", "new.cnns", folder=tmp_path)
    assert again.returncode == 1 and "exists already" in again.stderr
    unknown = run("doctor", "run", "--remedy", "prayer", "-o", "x.cnns", folder=tmp_path)
    assert unknown.returncode == 1 and "no remedy 'prayer'" in unknown.stderr
    alone = run("doctor", "run", "--remedy", "leaky-relu", folder=tmp_path)
    assert alone.returncode == 1 and "-o" in alone.stderr


def test_a_run_that_is_well_is_said_to_be(tmp_path):
    made = RunDirectory.create_at(tmp_path / "run", lenet())
    assert "Nothing was trained yet" in run("doctor", "run", folder=tmp_path).stdout
    made.events_file.write_text("\n".join(map(json.dumps, course())) + "\n")
    (made.path / "data.json").write_text(json.dumps(DATA))
    assert "finds nothing wrong" in run("doctor", "run", folder=tmp_path).stdout
