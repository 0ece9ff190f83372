"""Blocks that travel: into the library and out of it, and over the clipboard."""

import pytest

from cnnstudio.block_library import BlockLibrary
from cnnstudio.graph import Edge, Group, Network, Node, ProblemError, Project, dumps
from cnnstudio.graph.blocks import (
    delete_block,
    delete_unused,
    duplicate_block,
    needed_by,
    unused,
    uses_of,
)
from cnnstudio.graph.clipboard import copy, paste, with_blocks


def block(name: str, *inner: str) -> Network:
    """Input, these kinds in a row, Output."""
    kinds = ["Input", *inner, "Output"]
    nodes = tuple(
        Node(id=f"n{number}", kind=kind, name=f"n{number}") for number, kind in enumerate(kinds)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(kinds) - 1))
    return Network(name=name, nodes=nodes, edges=edges)


INNER, OUTER = block("Inner", "ReLU"), block("Outer", "block:Inner", "ReLU")
NESTED = Project(networks=(block("main", "block:Outer"), OUTER, INNER))


def test_what_a_block_needs_comes_before_it():
    assert [n.name for n in needed_by(NESTED, [NESTED.network])] == ["Inner", "Outer"]
    assert uses_of(NESTED, "Inner") == [("Outer", "n1")]
    assert unused(NESTED) == []


def test_a_kept_block_comes_back_with_what_it_needs(tmp_path):
    library = BlockLibrary(tmp_path / "blocks")
    library.keep(NESTED, "Outer")
    edits, name = library.insert(Project(), "Outer")
    project, _ = Group(text="insert", edits=tuple(edits)).apply(Project())
    assert name == "Outer"
    assert project.block("Outer") == OUTER and project.block("Inner") == INNER


def test_an_equal_block_is_used_again_and_a_different_one_is_kept_apart(tmp_path):
    library = BlockLibrary(tmp_path)
    library.keep(NESTED, "Outer")
    assert library.insert(NESTED, "Outer") == ([], "Outer")
    other = Project(networks=(Network(), block("Inner", "Tanh")))
    edits, name = library.insert(other, "Outer")
    project, _ = Group(text="insert", edits=tuple(edits)).apply(other)
    assert project.block("Inner") == other.block("Inner")
    assert project.block("Inner2").nodes == INNER.nodes
    assert [n.block for n in project.block(name).nodes if n.block] == ["Inner2"]
    assert library.insert(project, "Outer") == ([], name), "found again under its number"


def test_the_library_renames_and_deletes(tmp_path):
    library = BlockLibrary(tmp_path)
    library.keep(NESTED, "Outer")
    library.keep(NESTED, "Inner")
    assert [kept.name for kept in library.blocks()] == ["Inner", "Outer"]
    library.rename("Outer", "Mine")
    assert [kept.name for kept in library.blocks()] == ["Inner", "Mine"]
    assert library.get("Mine").block.nodes == OUTER.nodes
    with pytest.raises(ProblemError, match="already has a block named 'Inner'"):
        library.rename("Mine", "Inner")
    with pytest.raises(ProblemError, match="can't be a block's name"):
        library.rename("Mine", "../elsewhere")
    library.delete("Mine")
    assert [kept.name for kept in library.blocks()] == ["Inner"]
    with pytest.raises(ProblemError, match="no block 'Mine'"):
        library.delete("Mine")


def test_a_file_that_is_no_block_is_left_out(tmp_path, caplog):
    library = BlockLibrary(tmp_path)
    library.keep(NESTED, "Inner")
    (tmp_path / "broken.cnns").write_text("{", encoding="utf-8")
    assert [kept.name for kept in library.blocks()] == ["Inner"]
    assert "broken.cnns" in caplog.text


def test_a_copied_node_takes_its_block_to_another_project():
    node = next(n for n in NESTED.network.nodes if n.block)
    text = copy(NESTED.network, [node.id], project=NESTED)
    edit = with_blocks(Project(), text, paste(Network(), text))
    project, inverse = edit.apply(Project())
    assert {network.name for network in project.networks} == {"main", "Outer", "Inner"}
    assert project.network.nodes[0].block == "Outer"
    assert dumps(inverse.apply(project)[0]) == dumps(Project())


def test_pasting_in_the_same_project_adds_no_second_definition():
    node = next(n for n in NESTED.network.nodes if n.block)
    text = copy(NESTED.network, [node.id], project=NESTED)
    project, _ = with_blocks(NESTED, text, paste(NESTED.network, text)).apply(NESTED)
    assert len(project.networks) == 3 and len(uses_of(project, "Outer")) == 2


def test_definitions_are_duplicated_and_deleted():
    project, _ = duplicate_block(NESTED, "Inner").apply(NESTED)
    assert unused(project) == ["Inner2"]
    cleaned, inverse = delete_unused(project).apply(project)
    assert cleaned == NESTED
    assert dumps(inverse.apply(cleaned)[0]) == dumps(project)
    gone, inverse = delete_block(NESTED, "Outer").apply(NESTED)
    assert gone.block("Outer") is None and not any(n.block for n in gone.network.nodes)
    assert dumps(inverse.apply(gone)[0]) == dumps(NESTED)
