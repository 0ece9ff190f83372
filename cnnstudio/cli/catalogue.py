"""What there is to build with: templates, layers, and layers of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import tables
from cnnstudio.cli.app import (
    AsJson,
    ProjectFile,
    app,
    print_json,
)
from cnnstudio.graph import CnnStudioError, load, save


@app.command("templates")
def list_templates(as_json: AsJson = False) -> None:
    """List the networks to start from, by family."""
    from cnnstudio.blueprints import blueprints, templates

    if as_json:
        print_json(templates())
    else:
        tables.print_templates(blueprints())


@app.command()
def layers(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="a project: its own layers too")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the layers, by category: the catalogue's, and those of installed packages."""
    from cnnstudio.graph import Project
    from cnnstudio.layers import catalogue
    from cnnstudio.layers.own.lookup import own_kinds

    own = own_kinds(load(file) if file else Project())
    kinds = {**catalogue, **{kind.kind: kind for kind in own}}
    if as_json:
        print_json([tables.layer_facts(kind) for kind in kinds.values()])
    else:
        tables.print_layers(kinds)


@app.command("add-layers")
def add_layers(
    file: ProjectFile,
    python_file: Annotated[Path, typer.Argument(metavar="PYTHON_FILE", help="your layers (.py)")],
) -> None:
    """Put the layers of a Python file into a project, or renew them; nothing of it runs."""
    from cnnstudio.layers.own.code import of_source
    from cnnstudio.layers.own.files import add_layers as with_layers
    from cnnstudio.layers.own.files import module_name

    project = with_layers(load(file), python_file)
    source = project.source(module_name(python_file.stem))
    assert source is not None
    save(project, file)
    code_read = of_source(source)
    for kind in code_read.reading.layers:
        print(kind.kind)
    for note in code_read.notes:
        print(f"Note: {note}", file=sys.stderr)


@app.command()
def allow(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="project file (.cnns), or folder of a run")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="allow without asking")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="take the permission back")] = False,
) -> None:
    """Show the code that a project brings or needs, and let it run if you agree."""
    from cnnstudio.layers.own import consent
    from cnnstudio.layers.own.lookup import carried_code

    project = load(file / "project.cnns" if file.is_dir() else file)
    if forget:
        consent.forget_code(carried_code(project))
        print("The project's code may not run any more.")
        return
    codes = consent.not_allowed(project)
    if not codes:
        print("The project needs no code that is not allowed already.")
        return
    for found in codes:
        tables.print_code(found)
    if not yes and not typer.confirm("Allow this code to run with your rights?"):
        raise CnnStudioError("Nothing was allowed.")
    consent.allow_code(codes)
    print(f"Allowed: {', '.join(found.prefix for found in codes)}")
