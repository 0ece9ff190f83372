"""The example in the guide works as it is printed."""

import re
import sys
import types
from pathlib import Path

import cnnstudio as cs
from cnnstudio.deploy import formats, proving
from tests.training.networks import small

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-an-export-format.md"


def test_a_network_is_exported_in_the_new_format(tmp_path, monkeypatch):
    text = GUIDE.read_text(encoding="utf-8")
    writer, runner, declaration = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    module = types.ModuleType("cnnstudio.deploy.writers.torchscript")
    exec(compile(writer, str(GUIDE), "exec"), vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (tmp_path / "runners").mkdir()
    (tmp_path / "runners" / "torchscript.py").write_text(runner, "utf-8")
    (tmp_path / "prover.py").write_bytes((proving.HERE / "prover.py").read_bytes())
    monkeypatch.setattr(proving, "HERE", tmp_path)
    monkeypatch.setattr(formats, "formats", dict(formats.formats))
    exec(compile(declaration, str(GUIDE), "exec"), dict(vars(formats)))

    proof = cs.export(small(), tmp_path / "small.ts")

    assert proof.proven and proof.format == "torchscript"
