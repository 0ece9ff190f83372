"""The examples in the guide work as they are printed."""

import re
from pathlib import Path
from statistics import median

from cnnstudio.graph import Edit, Project, SetSetting
from cnnstudio.training.doctor.course import Course
from cnnstudio.training.doctor.illness import Evidence, illness, illnesses
from cnnstudio.training.doctor.remedies import remedies, remedy
from tests.training.doctor.courses import course, found
from tests.training.networks import lenet

GUIDE = Path(__file__).parents[3] / "docs" / "how-to-add-an-illness.md"


def test_an_illness_and_a_remedy_are_one_declaration_each(monkeypatch):
    for catalogue, name in ((illnesses, "slower_than_before"), (remedies, "one-thread")):
        assert name not in catalogue
        monkeypatch.setitem(catalogue, name, None)  # gone afterwards
    names = {
        "illness": illness, "remedy": remedy, "Course": Course, "Evidence": Evidence,
        "median": median, "Project": Project, "Edit": Edit, "SetSetting": SetSetting,
    }  # fmt: skip
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL):
        source = "from __future__ import annotations\n" + block
        exec(compile(source, str(GUIDE), "exec"), names)

    slow = course()
    for event in slow:
        if event["type"] == "step" and event["step"] > 100:
            event["samples_per_second"] = 50.0
    assert found(slow) == ["slower_than_before"] and found(course()) == []
    (edit,) = remedies["one-thread"].edits(lenet(threads=2), ())
    assert edit.apply(lenet(threads=2))[0].training.threads == 1
