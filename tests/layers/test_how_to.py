"""The examples in the guide are the catalogue's own declarations."""

import re
from pathlib import Path

import pytest

from cnnstudio.layers import catalogue, normalisation, padding
from cnnstudio.layers import kind as declaring

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-a-layer.md"
PLACES = ((normalisation, ["RMSNorm"]), (padding, ["ReflectionPad2d", "ReflectionPad1d"]))


@pytest.mark.parametrize("example", range(len(PLACES)))
def test_a_printed_declaration_declares_what_the_catalogue_has(example, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == len(PLACES)
    place, names = PLACES[example]
    fresh = {}
    monkeypatch.setattr(declaring, "registered", fresh)
    source = "from __future__ import annotations\n" + blocks[example]
    exec(compile(source, str(GUIDE), "exec"), dict(vars(place)))
    for name in names:
        printed, declared = fresh[name], catalogue[name]
        assert set(printed.reads) == set(declared.reads)
        assert {**vars(printed), "reads": {}} == {**vars(declared), "reads": {}}
