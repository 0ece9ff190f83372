"""The project file: strict, atomic, and harmless whatever is in it."""

import json
import os
import resource
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.graph import Network, Node, Project, ProjectFileError, dumps, load, loads, save
from cnnstudio.graph.model import FORMAT_VERSION

VALID = json.loads(
    dumps(
        Project(
            networks=(
                Network(
                    nodes=(
                        Node(id="a", kind="Conv2d", name="a", parameters={"kernel_size": [3, 3]}),
                        Node(id="b", kind="Frobnicate3d", name="b", parameters={"depth": {"x": 1}}),
                    )
                ),
            )
        )
    )
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused_with_a_message(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "random.cnns"
    path.write_bytes(content)
    with pytest.raises(ProjectFileError):
        load(path)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(VALID)), json_values)
def test_random_json_in_any_place_loads_or_is_refused_with_a_message(key, value):
    try:
        project = loads(json.dumps({**VALID, key: value}))
    except ProjectFileError as error:
        assert error.message
    else:
        assert isinstance(project, Project)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(VALID["networks"][0]["nodes"][0])), json_values)
def test_random_json_in_a_node_loads_or_names_the_path(key, value):
    content = json.loads(json.dumps(VALID))
    content["networks"][0]["nodes"][0][key] = value
    try:
        loads(json.dumps(content))
    except ProjectFileError as error:
        assert "networks[0].nodes" in error.message


def test_the_message_names_the_path_of_what_is_wrong():
    content = json.loads(json.dumps(VALID))
    content["networks"][0]["nodes"][1]["position"] = ["left", 0]
    with pytest.raises(ProjectFileError, match=r"networks\[0\]\.nodes\[1\]\.position\[0\]: "):
        loads(json.dumps(content))


def test_unknown_layers_keep_their_data():
    project = loads(json.dumps(VALID))
    assert json.loads(dumps(project)) == VALID


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 99])
def test_a_newer_version_is_refused_and_says_so(version):
    with pytest.raises(ProjectFileError, match="newer CNN Studio"):
        loads(json.dumps({**VALID, "version": version}))


@pytest.mark.parametrize("version", [None, True, -1, "1", 0])
def test_a_version_that_never_was_is_refused(version):
    with pytest.raises(ProjectFileError):
        loads(json.dumps({**VALID, "version": version}))


def test_deep_nesting_is_refused():
    with pytest.raises(ProjectFileError):
        loads("[" * 100_000 + "]" * 100_000)
    deep: object = 1
    for _ in range(60):
        deep = [deep]
    content = json.loads(json.dumps(VALID))
    content["networks"][0]["nodes"][0]["parameters"]["kernel_size"] = deep
    with pytest.raises(ProjectFileError, match=r"nodes\[0\]\.parameters"):
        loads(json.dumps(content))


def test_not_a_number_is_refused():
    text = dumps(Project()).replace('"learning_rate": 0.001', '"learning_rate": NaN')
    with pytest.raises(ProjectFileError, match="NaN"):
        loads(text)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ProjectFileError, match="does not exist"):
        load(tmp_path / "nothing.cnns")
    with pytest.raises(ProjectFileError, match="can't be read"):
        load(tmp_path)


def test_saving_keeps_the_old_file_when_the_disk_refuses(tmp_path):
    path = tmp_path / "net.cnns"
    save(Project(name="old"), path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        with pytest.raises(ProjectFileError, match="can't be written"):
            save(Project(name="new"), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert load(path).name == "old"
    assert os.listdir(tmp_path) == ["net.cnns"]


def test_saving_follows_links_and_keeps_permissions(tmp_path):
    path, link = tmp_path / "net.cnns", tmp_path / "link.cnns"
    save(Project(), path)
    path.chmod(0o640)
    link.symlink_to(path)
    save(Project(name="through the link"), link)
    assert link.is_symlink() and load(path).name == "through the link"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
