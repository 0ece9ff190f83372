import subprocess
import sys

import pytest
import torch

import cnnstudio as cs
from tests.compiler.drawn import chain, network
from tests.compiler.printing.printed import defined_by
from tests.compiler.test_build import lenet


def test_the_printed_lenet_reads_as_a_person_would_write_it():
    source = cs.code(lenet())
    assert "self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)\n" in source
    assert "self.relu1 = nn.ReLU()\n" in source
    assert "self.fc1 = nn.Linear(400, 120)\n" in source
    assert "        x = self.conv1(image)\n" in source
    assert '"""image (N, 1, 28, 28) → (N, 10)"""' in source


@pytest.mark.parametrize(
    "project",
    [
        lenet(),
        network(
            [
                ("Input", "x", {"shape": [3, 8, 8]}),
                ("Conv2d", "conv", {"out_channels": 3, "padding": [1, 1], "dilation": [1, 1]}),
                ("Conv2d", "again"),
                ("Add", "total"),
                ("Concatenate", "both"),
                ("SpatialMean", "mean"),
                ("Output", "out"),
                ("Output", "maps"),
            ],
            "x>conv conv>again again>total x>total:1 conv>total:2 total>both x>both:1 both>mean "
            "mean>out total>maps",
            shares={"again": "conv"},
        ),
        chain(("Reshape", "r", {"shape": [-1, 48]}), ("Linear", "fc"), ("LayerNorm", "norm")),
    ],
)
def test_the_printed_module_gives_the_same_output(project):
    model = cs.build(project).eval()
    printed = defined_by(cs.code(project)).eval()
    printed.load_state_dict(model.state_dict())
    shape = next(n for n in project.network.nodes if n.kind == "Input").parameters["shape"]
    images = torch.randn(4, *shape)
    ours, theirs = model(images), printed(images)
    if isinstance(ours, torch.Tensor):
        ours, theirs = {"out": ours}, {"out": theirs}
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_file_needs_torch_only(tmp_path):
    (tmp_path / "model.py").write_text(cs.code(lenet()), encoding="utf-8")
    script = (
        "import sys, torch, model; print(tuple(model.Drawn()(torch.zeros(2, 1, 28, 28)).shape));"
        "assert not any('cnnstudio' in name for name in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert done.stdout.strip() == "(2, 10)", done.stderr


def test_a_description_cannot_break_out_of_the_docstring():
    evil = lenet().model_copy(update={"description": '"""\nimport os  # """ + x\\'})
    defined_by(cs.code(evil))
