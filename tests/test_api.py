"""The public API, and what importing it costs."""

import subprocess
import sys

import pytest

import cnnstudio as cs
from cnnstudio.blueprints import blueprints
from cnnstudio.graph import ProblemError


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_imports_neither_torch_nor_qt():
    modules = modules_after(
        "import cnnstudio; cnnstudio.load; cnnstudio.layers(); cnnstudio.templates()"
    )
    assert not {"torch", "torchvision", "PySide6", "captum", "sklearn"} & modules


def test_the_window_imports_no_torch():
    modules = modules_after(
        "import cnnstudio.ui.main_window, cnnstudio.ui.design, cnnstudio.ui.data, "
        "cnnstudio.ui.train, cnnstudio.ui.inspect"
    )
    assert not {"torch", "torchvision", "captum", "sklearn"} & modules


# Of the others, which take longer, each is adapted in tests/templates.
SMALL = [one.name for one in blueprints() if one.parameters < 300_000]


@pytest.mark.parametrize("name", SMALL)
def test_a_template_checks_and_builds_for_another_input_and_class_count(name):
    import torch

    for shape, classes in [(None, None), ((1, 28, 28), 10), ((3, 64, 64), 6)]:
        project = cs.template(name, input_shape=shape, classes=classes)
        report = cs.check(project)
        assert [problem for problem in report.problems if problem.severity == "error"] == []
        (input_node,) = [node for node in project.network.nodes if node.kind == "Input"]
        model = cs.build(project).eval()
        output = model(torch.zeros(2, *report.shapes[input_node.name]))
        assert output.shape[0] == 2 and (classes is None or output.shape[1] == classes)
        assert report.parameters == sum(p.numel() for p in model.parameters())


def test_an_unknown_template_is_refused_with_the_names_there_are():
    with pytest.raises(ProblemError, match="lenet5"):
        cs.template("lenet6")


def test_saving_and_loading_gives_the_same_project(tmp_path):
    project = cs.template("lenet5")
    cs.save(project, tmp_path / "copy.cnns")
    assert cs.load(tmp_path / "copy.cnns") == project
