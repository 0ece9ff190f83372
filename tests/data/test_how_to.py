"""The example in the guide works as it is printed."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnnstudio.data import catalogue
from cnnstudio.data.dataset import registered
from cnnstudio.data.load import load
from cnnstudio.graph import DataError, DataSettings

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-a-dataset.md"


@pytest.fixture
def blocks(monkeypatch) -> list[str]:
    """The guide's Python blocks; the dataset that they declare is gone afterwards."""
    found = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("cnnstudio.data.arrays")
    exec(compile(found[0], module.__name__, "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registered, "arrays", None)
    declaration = "from __future__ import annotations\n" + found[1]
    exec(compile(declaration, "catalogue", "exec"), dict(vars(catalogue)))
    return found


def test_the_guides_dataset_is_declared_and_loads(blocks, tmp_path, monkeypatch, capsys):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, 20, 20, 3), np.uint8)
    np.savez(tmp_path / "pictures.npz", images=images, labels=["left", "right"] * 20)
    monkeypatch.chdir(tmp_path)
    namespace: dict = {}
    exec(blocks[2], namespace)
    assert capsys.readouterr().out == "['left', 'right'] 28 []\n"
    assert namespace["images"].shape == (28, 3, 32, 32)
    assert registered["arrays"].doc.startswith("Images and labels")


def test_the_guides_dataset_tells_what_is_wrong(blocks, tmp_path):
    np.savez(tmp_path / "odd.npz", images=np.array([object()]), labels=[0])
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "torn.npz").write_bytes((tmp_path / "odd.npz").read_bytes()[:50])
    (tmp_path / "empty.npz").touch()
    for name in ("", "gone.npz", "odd.npz", "one.npy", "torn.npz", "empty.npz"):
        path = str(tmp_path / name) if name else ""
        with pytest.raises(DataError, match="can't be read"):
            load(DataSettings(dataset="arrays", options={"path": path}), (3, 8, 8))
