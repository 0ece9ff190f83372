from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnstudio.layers.own import packages

MODULE = '''
import os
open(os.environ.get("MARKER", os.devnull), "a").write("ran\\n")
from torch import nn
from swirl_layers.inner import factor


class Scale(nn.Module):
    """Multiplies its input.

    Args:
        by: the factor
    """

    def __init__(self, by: float = 3.0):
        super().__init__()
        self.by = by * factor

    def forward(self, x):
        return x * self.by
'''


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Installs a package with layers into a site folder of the test's own."""

    def installed(module: str = MODULE, value: str = "swirl_layers.nn") -> Path:
        site = tmp_path / "site"
        package, info = site / "swirl_layers", site / "swirl_layers-1.2.dist-info"
        for folder in (package, info):
            folder.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text("")
        (package / "inner.py").write_text("factor = 1\n")
        (package / "nn.py").write_text(module)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: swirl-layers\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[cnnstudio.layers]\nswirls = {value}\n")
        (info / "RECORD").write_text("swirl_layers/__init__.py,,\nswirl_layers/nn.py,,\n")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
        packages.installed.cache_clear()
        return site

    yield installed
    packages.installed.cache_clear()
