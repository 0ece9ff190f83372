"""What all tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Where a test of the window has put an end to collecting on any thread, it is done here."""
    yield
    if not gc.isenabled():
        from cnnstudio.ui.collector import collect_if_due

        collect_if_due()
