"""Nothing of torch.nn is forgotten."""

import json
from pathlib import Path

import qtawesome

from benchmarks.catalogue_coverage import LEFT_OUT, classes, coverage
from cnnstudio.layers import catalogue


def test_every_layer_of_torch_has_a_kind_or_is_left_out_for_a_reason():
    forgotten = [name for name, (kinds, why) in coverage().items() if not kinds and not why]
    assert not forgotten


def test_a_reason_is_only_given_for_what_is_left_out():
    covered = {name.rsplit(".", 1)[1] for name, (kinds, _) in coverage().items() if kinds}
    assert not covered & set(LEFT_OUT)
    assert len(classes()) > 150


def test_the_catalogue_is_wide():
    assert len(catalogue) >= 220
    assert 12 <= len({kind.category for kind in catalogue.values()}) <= 15


def test_every_icon_exists():
    fonts = Path(qtawesome.__file__).parent / "fonts"
    [names] = fonts.glob("materialdesignicons6*charmap*.json")
    known = set(json.loads(names.read_text(encoding="utf-8")))
    wrong = {k.kind: k.icon for k in catalogue.values() if k.icon.partition(".")[2] not in known}
    assert not wrong
