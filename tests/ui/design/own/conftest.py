"""A window and a kernel that remember what is allowed in the same place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnstudio.kernel.client import Kernel
from cnnstudio.layers.own import consent


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config")


@pytest.fixture(scope="module")
def kernel(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel process of these tests' own: it asks the same store as the window."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(config))
        with Kernel(log=tmp_path_factory.mktemp("kernel") / "kernel.log") as made:
            yield made


@pytest.fixture(autouse=True)
def same_store(private_home: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    consent.store().unlink(missing_ok=True)
