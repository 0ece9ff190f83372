"""Every export proves itself, and one that lies is found out."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file

import cnnstudio as cs
from cnnstudio.deploy import source as sources
from cnnstudio.deploy.formats import formats
from cnnstudio.deploy.writers import python as python_writer
from cnnstudio.deploy.writers import safetensors as weights_writer
from cnnstudio.graph import ExportError, ProblemError, RunError, WeightsError
from tests.training.networks import chain, lenet, project, small

SMALL_PARAMETERS = 300_000  # of templates whose exports take a moment


def small_templates() -> list[str]:
    return [
        name for name in cs.templates()
        if cs.check(cs.template(name)).parameters <= SMALL_PARAMETERS
    ]  # fmt: skip


@pytest.mark.parametrize("name", small_templates())
def test_every_small_template_is_proven_as_source_and_as_onnx(name, tmp_path):
    drawn = cs.template(name)
    for format in (formats["python"], formats["onnx"]):
        proof = cs.export(drawn, tmp_path / f"{name}{format.suffix}", format.name)
        assert proof.proven
        assert [one.batch for one in proof.differences] == [1, 4]
        assert {file.name for file in proof.files} == {
            path.name for path in format.files(tmp_path / f"{name}{format.suffix}")
        }
        assert all((tmp_path / file.name).stat().st_size == file.bytes for file in proof.files)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_onnx_file_agrees_with_the_canvas_when_asked_by_somebody_else(tmp_path):
    drawn = lenet()
    proof = cs.export(drawn, tmp_path / "lenet.onnx")
    images = np.random.default_rng(1).normal(size=(7, 1, 28, 28)).astype(np.float32)

    session = onnxruntime.InferenceSession(tmp_path / "lenet.onnx")
    [scores] = session.run(["scores"], {"image": images})

    torch.manual_seed(drawn.training.seed)
    expected = cs.build(drawn).eval()(torch.from_numpy(images)).detach().numpy()
    assert np.abs(scores - expected).max() < 1e-4
    assert proof.runtime.startswith("onnxruntime ")
    assert "image: batch" in proof.free


def test_an_exported_python_file_needs_nothing_of_ours(tmp_path):
    cs.export(lenet(), tmp_path / "lenet.py")
    code = (
        "import sys; sys.modules['cnnstudio'] = None; import lenet, torch\n"
        "print(tuple(lenet.load()(torch.zeros(2, 1, 28, 28)).shape))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "(2, 10)", done.stderr


def test_the_proof_says_whose_weights_these_are(tmp_path):
    drawn = small()
    fresh = cs.export(drawn, tmp_path / "fresh.safetensors")
    assert "seed 0" in fresh.weights and "untrained" in fresh.weights
    own = cs.export(drawn, tmp_path / "own.safetensors", weights=tmp_path / "fresh.safetensors")
    assert own.weights == "the file fresh.safetensors"
    assert (tmp_path / "own.safetensors").read_bytes() == (
        tmp_path / "fresh.safetensors"
    ).read_bytes()
    training = drawn.training.model_copy(
        update={"initial_weights": str(tmp_path / "own.safetensors"), "seed": 5}
    )
    begun = cs.export(
        drawn.model_copy(update={"training": training}), tmp_path / "begun.safetensors"
    )
    assert "the project begins with" in begun.weights
    given = cs.export(
        drawn, tmp_path / "given.safetensors", weights=load_file(tmp_path / "own.safetensors")
    )
    assert "state dict" in given.weights


def test_a_run_is_exported_with_its_checkpoint(tmp_path):
    run = cs.train(small(epochs=1), tmp_path / "run")
    proof = cs.export(run, tmp_path / "a.safetensors")
    assert "checkpoint best" in proof.weights
    stored = load_file(tmp_path / "a.safetensors")
    assert all(torch.equal(stored[k], v) for k, v in run.model("best").state_dict().items())
    cs.export(tmp_path / "run", tmp_path / "b.onnx", checkpoint="last")
    with pytest.raises(RunError, match="no checkpoint"):
        cs.export(run, tmp_path / "c.onnx", checkpoint="epoch-0009")


# Exports that lie


def plant_in_source(monkeypatch, old: str, new: str) -> None:
    true = sources.code

    def wrong(drawn):
        text = true(drawn)
        assert text.count(old) == 1
        return text.replace(old, new)

    monkeypatch.setattr(sources, "code", wrong)


def test_a_changed_stride_is_found_with_its_layer(monkeypatch, tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Conv2d", "conv1", {"out_channels": 3, "kernel_size": 3, "padding": 1}),
        ("Conv2d", "conv2", {"out_channels": 3, "kernel_size": 3, "padding": 1}),
        ("AdaptiveAvgPool2d", "gap", {"output_size": 1}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    line = "self.conv2 = nn.Conv2d(3, 3, "
    plant_in_source(monkeypatch, line, f"{line}stride=2, ")
    with pytest.raises(ExportError, match="first layer whose values differ is 'conv2'") as found:
        cs.export(project(network), tmp_path / "wrong.py")
    assert found.value.node == "conv2"
    assert list(tmp_path.iterdir()) == []


def test_one_changed_weight_is_found_with_its_layer(monkeypatch, tmp_path):
    true = weights_writer.write_weights

    def wrong(network, path):
        true(network, path)
        tensors = load_file(path)
        tensors["conv.weight"].view(-1)[7] += 1e-6
        save_file(tensors, path)

    monkeypatch.setattr(weights_writer, "write_weights", wrong)
    monkeypatch.setattr(python_writer, "write_weights", wrong)
    for name in ("wrong.safetensors", "wrong.py"):
        with pytest.raises(ExportError, match=r"'conv\.weight' differs") as found:
            cs.export(small(), tmp_path / name)
        assert found.value.node == "conv"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".onnx", ".pt2"])
def test_a_program_of_another_network_is_found(suffix, monkeypatch, tmp_path):
    from cnnstudio.deploy import program

    true = program.torch.export.export

    def wrong(model, *args, **kwargs):
        with torch.no_grad():
            model.head.weight[3, 5] += 0.01
        made = true(model, *args, **kwargs)
        copied = made.state_dict["head.weight"].clone()
        with torch.no_grad():
            model.head.weight[3, 5] -= 0.01
        made.state_dict["head.weight"] = torch.nn.Parameter(copied)
        return made

    monkeypatch.setattr(program.torch.export, "export", wrong)
    with pytest.raises(ExportError, match=r"other weights|does not compute"):
        cs.export(small(), tmp_path / f"wrong{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_does_not_run_is_told_in_its_own_words(monkeypatch, tmp_path):
    plant_in_source(monkeypatch, "super().__init__()", "super().__init__(); self.missing")
    with pytest.raises(ExportError, match=r"can't be loaded and run in a fresh process.*missing"):
        cs.export(small(), tmp_path / "wrong.py")
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_needs_us_is_found(monkeypatch, tmp_path):
    line = "from torch import Tensor, nn"
    plant_in_source(monkeypatch, line, f"{line}\nimport cnnstudio")
    with pytest.raises(ExportError, match="cnnstudio"):
        cs.export(small(), tmp_path / "wrong.py")


# What can't be exported


def test_a_layer_that_onnx_lacks_is_named_with_what_to_do(tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("FractionalMaxPool2d", "odd_pool", {"kernel_size": 2}),
        ("Flatten", "flat", {}),
        ("Output", "scores", {}),
    )
    drawn = project(network)
    with pytest.raises(ExportError, match="'odd_pool' can't be expressed in ONNX") as refused:
        cs.export(drawn, tmp_path / "frac.onnx")
    assert refused.value.node == "odd_pool"
    assert ".pt2" in refused.value.hint
    assert cs.export(drawn, tmp_path / "frac.pt2").proven
    assert cs.export(drawn, tmp_path / "frac.py").proven


def test_sizes_that_are_free_at_the_input_are_free_in_the_file(tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 12, 16], "free": "height and width"}),
        ("Conv2d", "conv", {"out_channels": 3, "kernel_size": 3}),
        ("AdaptiveAvgPool2d", "gap", {"output_size": 1}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    for suffix in (".pt2", ".onnx", ".py"):
        proof = cs.export(project(network), tmp_path / f"free{suffix}")
        assert [one.sizes for one in proof.differences] == [
            ((1, 12, 16),), ((1, 12, 16),), ((1, 24, 32),)
        ]  # fmt: skip
        assert proof.free == (() if suffix == ".py" else ("image: batch, height, width",))


def test_a_network_with_an_error_is_refused(tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 4, 4]}),
        ("Conv2d", "conv", {"out_channels": 3, "kernel_size": 9, "padding": 0}),
        ("Output", "scores", {}),
    )
    with pytest.raises(ProblemError, match="larger"):
        cs.export(project(network), tmp_path / "a.onnx")


def test_weights_that_are_not_finite_or_fit_not_are_refused(tmp_path):
    state = cs.build(small()).state_dict()
    broken = state | {"conv.weight": state["conv.weight"] * float("nan")}
    with pytest.raises(WeightsError, match="not finite"):
        cs.export(small(), tmp_path / "a.py", weights=broken)
    state.pop("head.bias")
    with pytest.raises(WeightsError, match=r"they lack head\.bias"):
        cs.export(small(), tmp_path / "a.py", weights=state)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_told_with_the_extra_that_has_it(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "cnnstudio.deploy.formats.find_spec",
        lambda name: None if name in ("onnx", "onnxscript") else object(),
    )
    with pytest.raises(ExportError, match="ONNX needs onnx and onnxscript") as refused:
        cs.export(small(), tmp_path / "a.onnx")
    assert "pip install 'cnnstudio[deploy]'" in refused.value.hint


def test_a_suffix_that_says_nothing_is_refused_with_those_that_do(tmp_path):
    with pytest.raises(ExportError, match="no format") as refused:
        cs.export(small(), tmp_path / "net.tflite")
    assert ".onnx" in refused.value.hint
    assert cs.export(small(), tmp_path / "net", "safetensors").path.name == "net.safetensors"


def test_an_older_export_stays_if_a_new_one_fails(monkeypatch, tmp_path):
    cs.export(small(), tmp_path / "net.py")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    plant_in_source(monkeypatch, "super().__init__()", "super().__init__(); self.missing")
    with pytest.raises(ExportError):
        cs.export(small(), tmp_path / "net.py")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
