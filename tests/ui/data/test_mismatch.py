"""A network that gives another number of classes than the data has."""

import cnnstudio as cs
from cnnstudio.ui.data.mismatch import mismatch


def test_one_edit_sets_all_heads_those_in_blocks_too():
    project = cs.template("googlenet", input_shape=(3, 32, 32))
    found = mismatch(project, cs.check(project), 6)
    assert found is not None and "1000 numbers" in found.text
    mended, undo = found.remedy.apply(project)
    report = cs.check(mended)
    outputs = ("label", "label_aux1", "label_aux2")
    assert [report.shapes[name] for name in outputs] == [[6], [6], [6]]
    assert mismatch(mended, report, 6) is None
    assert undo.apply(mended)[0] == project
