"""Code that a project carries along: in the file, and as edits that can be undone."""

import json

import pytest
from pydantic import ValidationError

from cnnstudio.graph import (
    AddSource,
    ChangeSource,
    NotePackage,
    PackageUse,
    ProblemError,
    Project,
    ProjectFileError,
    RemoveSource,
    SourceFile,
    dumps,
    edit_adapter,
    loads,
)

ONE = SourceFile(name="one", path="/code/one.py", text="import torch\n")
TWO = SourceFile(name="two", text="é = '\u2028'\n")
USE = PackageUse(name="swirls", distribution="swirl-layers", version="1.2")


def test_sources_and_packages_survive_the_file():
    project = Project(sources=(TWO, ONE), packages=(USE,))
    assert loads(dumps(project)) == project
    assert [source.name for source in project.sources] == ["one", "two"]


def test_a_file_without_sources_loads():
    content = json.loads(dumps(Project()))
    del content["sources"], content["packages"]
    assert loads(json.dumps(content)) == Project()


@pytest.mark.parametrize(
    "edits",
    [
        [AddSource(source=TWO)],
        [RemoveSource(name="one")],
        [ChangeSource(source=ONE.model_copy(update={"text": "changed", "path": ""}))],
        [NotePackage(name="swirls", use=USE)],
        [NotePackage(name="swirls", use=USE), NotePackage(name="swirls", use=None)],
        [AddSource(source=TWO), RemoveSource(name="one"), AddSource(source=ONE)],
    ],
)
def test_every_edit_has_an_exact_inverse(edits):
    begun = project = Project(sources=(ONE,))
    inverses = []
    for edit in edits:
        assert edit_adapter.validate_json(edit_adapter.dump_json(edit)) == edit
        project, inverse = edit.apply(project)
        inverses.append(inverse)
    for inverse in reversed(inverses):
        project, _ = inverse.apply(project)
    assert dumps(project) == dumps(begun)


@pytest.mark.parametrize(
    "edit", [AddSource(source=ONE), RemoveSource(name="none"), ChangeSource(source=TWO)]
)
def test_impossible_edits_are_refused(edit):
    with pytest.raises(ProblemError):
        edit.apply(Project(sources=(ONE,)))


@pytest.mark.parametrize("name", ["", "my layers", "class", "../evil", "a.b", "été"])
def test_a_source_needs_a_modules_name(name):
    with pytest.raises(ValidationError):
        SourceFile(name=name, text="")


def test_a_huge_text_in_a_project_file_is_refused():
    content = json.loads(dumps(Project()))
    content["sources"] = [{"name": "one", "path": "", "text": "#" * 1_000_001}]
    with pytest.raises(ProjectFileError, match=r"sources\[0\].text"):
        loads(json.dumps(content))


def test_two_sources_of_one_name_are_refused():
    content = json.loads(dumps(Project(sources=(ONE,))))
    content["sources"] *= 2
    with pytest.raises(ProjectFileError, match="same name"):
        loads(json.dumps(content))
