"""Exported programs and ONNX files come in as drawings; what could run code is refused."""

import json
import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from cnnstudio.compiler.importing.sources import import_source
from cnnstudio.graph import CnnStudioError
from tests.compiler.importing import models

KINDS = ["Input", "Conv2d", "block:Residual", "block:Residual", "block:Residual"]


@pytest.fixture(scope="module")
def pt2(tmp_path_factory):
    file = tmp_path_factory.mktemp("exported") / "small.pt2"
    torch.manual_seed(0)
    module = models.SmallResNet().eval()
    torch.export.save(torch.export.export(module, (torch.randn(1, 3, 16, 16),)), file)
    return file


@pytest.fixture(scope="module")
def onnx_file(tmp_path_factory):
    pytest.importorskip("onnxscript")
    file = tmp_path_factory.mktemp("onnx") / "small.onnx"
    torch.manual_seed(0)
    module = models.SmallResNet().eval()
    images = (torch.randn(1, 3, 16, 16),)
    torch.onnx.export(module, images, file, dynamo=True, external_data=True, verbose=False)
    return file


def test_an_exported_program_comes_in_with_its_blocks(pt2):
    found = import_source(str(pt2))
    assert found.proof.exact
    assert [node.kind for node in found.project.network.nodes][:5] == KINDS
    assert not found.opaque


def rewritten(file, target, change):
    """The archive with one entry changed."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


class Harm:
    def __reduce__(self):
        return (Path.touch, (Path("harmed"),))


def test_a_pickle_in_an_exported_program_is_not_run(pt2, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def change(name, content):
        if name.endswith("weights_config.json"):
            config = json.loads(content)
            config["config"]["stem.weight"]["use_pickle"] = True
            return json.dumps(config).encode()
        return pickle.dumps(Harm()) if "weights/weight_" in name else content

    with pytest.raises(CnnStudioError, match="could run code"):
        import_source(str(rewritten(pt2, tmp_path / "harm.pt2", change)))
    assert not (tmp_path / "harmed").exists()


def test_an_exported_program_that_calls_anything_but_operators_is_refused(pt2, tmp_path):
    def change(name, content):
        return content.replace(b"torch.ops.aten.relu_.default", b"torch.ops.aten.from_file.default")

    with pytest.raises(CnnStudioError, match="from_file"):
        import_source(str(rewritten(pt2, tmp_path / "file.pt2", change)))


@pytest.mark.parametrize("suffix", [".pt2", ".onnx"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 64, b"{}"])
def test_a_broken_file_is_a_clear_error(tmp_path, suffix, content):
    file = tmp_path / f"broken{suffix}"
    file.write_bytes(content)
    with pytest.raises(CnnStudioError):
        import_source(str(file))
    with pytest.raises(CnnStudioError, match="does not exist"):
        import_source(str(tmp_path / f"none{suffix}"))


def test_a_file_that_is_cut_short_is_a_clear_error(pt2, tmp_path):
    file = tmp_path / "short.pt2"
    file.write_bytes(pt2.read_bytes()[: pt2.stat().st_size // 2])
    with pytest.raises(CnnStudioError):
        import_source(str(file))


def test_an_onnx_file_comes_in_with_its_blocks_and_computes_what_onnxruntime_does(onnx_file):
    found = import_source(str(onnx_file))
    assert found.proof.holds and found.proof.difference < 1e-5
    assert [node.kind for node in found.project.network.nodes][:5] == KINDS


def test_weights_of_an_onnx_file_are_read_only_from_its_own_folder(onnx_file, tmp_path):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(onnx_file), load_external_data=False)
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\x00" * 100_000)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = "../secret.bin"
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(CnnStudioError, match="not a file beside the model"):
        import_source(str(folder / "model.onnx"))


def test_a_checkpoint_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(CnnStudioError, match="not a network that can be read safely"):
        import_source(str(tmp_path / "model.pth"))
    with pytest.raises(CnnStudioError, match=r"model\.py is Python code"):
        import_source("model.py")
    with pytest.raises(CnnStudioError, match="nothing that can be imported"):
        import_source("model.cnns")
