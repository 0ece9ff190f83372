"""The command line: a thin caller of the packages. What takes seconds to load is loaded late."""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import cnnstudio
from cnnstudio import tables
from cnnstudio.graph import CnnStudioError, ProjectFileError, load, save
from cnnstudio.graph.file import write_atomically
from cnnstudio.training.interpreter import QUIET_WAITING

app = typer.Typer(
    help="Draw convolutional networks, train them, and see what they see.\n\n"
    "Without a command, opens the window, with the project file if one is named.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ProjectFile = Annotated[Path, typer.Argument(metavar="FILE", help="project file (.cnns)")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Checkpoint = Annotated[str, typer.Option(help="best, last or epoch-0003")]


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0, 1 for an error told on stderr, 2 for wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for name, value in QUIET_WAITING.items():
        os.environ.setdefault(name, value)  # read when torch is loaded, which no command has yet
    try:
        app(_with_command(arguments), prog_name="cnnstudio")
    except CnnStudioError as error:
        tables.print_error(error)
        sys.exit(1)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda asked: _version(asked))
    ] = False,
) -> None:
    pass


@app.command("open", hidden=True)
def open_window(
    project: Annotated[Path | None, typer.Argument(help="project file to open")] = None,
) -> None:
    """Open the window."""
    if project is not None and not project.exists():
        raise ProjectFileError(f"{project} does not exist.", "Check the spelling.")
    _show_window([str(project)] if project else [])


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="pictures and a report, no window")
    ] = False,
    out: Annotated[Path, typer.Option(help="folder of the report")] = Path("cnnstudio-demo"),
) -> None:
    """Train the sample and look into it: in the window, or headless as a report."""
    if not headless and has_display():
        _show_window(["--demo"])
        return
    from cnnstudio.demo.headless import run_demo

    run_demo(out)


@app.command("templates")
def list_templates(as_json: AsJson = False) -> None:
    """List the networks to start from, by family."""
    from cnnstudio.blueprints import blueprints, templates

    if as_json:
        _print_json(templates())
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
        _print_json([tables.layer_facts(kind) for kind in kinds.values()])
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


@app.command()
def new(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="see 'cnnstudio templates'")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="file to write")] = None,
    input_shape: Annotated[
        str | None, typer.Option("--input", help="channels,height,width such as 3,32,32")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="how many classes to tell apart")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write a new project from a template."""
    from cnnstudio.blueprints import template as from_template

    project = from_template(template, _shape(input_shape), classes)
    file = out or Path(f"{template}.cnns")
    _refuse_existing(file, force)
    save(project, file)
    print(file)


@app.command()
def check(
    file: ProjectFile,
    as_json: AsJson = False,
    time: Annotated[
        bool, typer.Option("--time", help="time some steps: how long an epoch will take")
    ] = False,
    inside: Annotated[
        bool, typer.Option("--inside", help="list what is inside of the blocks too")
    ] = False,
) -> None:
    """Show shapes, problems, parameters, multiply-adds and memory; exit 1 if there are errors."""
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.training.needs import inference_memory, training_memory

    project = load(file)
    if not project.network.nodes:
        raise CnnStudioError(f"{file}: the network is empty.", "Add layers in the window.")
    report = check_project(project)
    needs = {
        "batch_size": project.training.batch_size,
        "training_memory": training_memory(report, project.training),
        "inference_memory": inference_memory(report),
    }
    expected = _estimated(project) if time and report.ok else None
    if as_json:
        _print_json(report.model_dump(mode="json") | needs | ({"time": expected} if time else {}))
    else:
        tables.print_report(project, report, needs, inside)
        if expected:
            tables.print_estimate(expected)
    errors = sum(problem.severity == "error" for problem in report.problems)
    if errors:
        raise CnnStudioError(f"{file}: {errors} {'error' if errors == 1 else 'errors'}.")


@app.command()
def compare(
    first: ProjectFile,
    second: Annotated[Path, typer.Argument(metavar="OTHER", help="another project file")],
    as_json: AsJson = False,
) -> None:
    """Show two networks side by side: sizes, cost, and the layers that differ."""
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.compiler.compare import compare as compare_networks

    projects = [load(file) for file in (first, second)]
    one, two = [(project.network, check_project(project)) for project in projects]
    found = compare_networks(one, two)
    if as_json:
        _print_json(found.model_dump(mode="json"))
    else:
        tables.print_comparison((first.stem, second.stem), found)


@app.command()
def code(
    file: ProjectFile,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="file to write")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write the network as a plain PyTorch file, to stdout without -o."""
    from cnnstudio.compiler.code import code as code_of

    text = code_of(load(file))
    if out is None:
        print(text, end="")
        return
    _refuse_existing(out, force)
    write_atomically(out, text)
    print(out)


@app.command("import")
def import_network(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="torchvision:resnet18, package.module:callable, a .pt2 or an .onnx file",
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="project file to write")] = None,
    input_shape: Annotated[
        str | None, typer.Option("--input", help="channels,height,width such as 3,224,224")
    ] = None,
    pretrained: Annotated[
        bool, typer.Option("--pretrained", help="with torchvision's trained weights (downloaded)")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="replace existing files")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw an existing network: a project and its weights; exit 1 if it computes anything else.

    A callable's code is run; of a .pt2 or .onnx file nothing is.
    """
    from cnnstudio.compiler.importing.command import import_to_file, lines

    stem = source.partition(":")[2] or Path(source).stem
    file = out or Path(f"{stem.rpartition('.')[2]}.cnns")
    for written in (file, file.with_suffix(".safetensors")):
        _refuse_existing(written, force)
    told = import_to_file(source, file, _shape(input_shape), pretrained)
    if as_json:
        _print_json(told)
    else:
        print("\n".join(lines(told)))
    if not told["holds"]:
        raise CnnStudioError(
            f"The project computes something else than the original: {told['told']}.",
            "It is written all the same, so that you can look where they part.",
        )


@app.command()
def export(
    source: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="project file, or run folder")],
    out: Annotated[Path, typer.Option("--out", "-o", help="file to write; its suffix says how")],
    format: Annotated[
        str | None, typer.Option(help="python, pt2, onnx or safetensors, whatever the suffix")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="a .safetensors file, or a run; by default those of RUN")
    ] = None,
    checkpoint: Checkpoint = "best",
    force: Annotated[bool, typer.Option("--force", help="replace existing files")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the network as PyTorch source, .pt2, ONNX or weights, proven to compute the same."""
    from cnnstudio.deploy.command import export_from_command_line

    proof = export_from_command_line(source, out, format, weights, checkpoint, force)
    if as_json:
        _print_json(proof.model_dump(mode="json") | {"proven": proof.proven})
    else:
        tables.print_proof(proof)


@app.command()
def draw(
    file: ProjectFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="file to write: .svg, .pdf or .png")],
    right: Annotated[bool, typer.Option("--right", help="flow from left to right")] = False,
    scale: Annotated[float, typer.Option(help="pixels a unit, for .png", min=0.1)] = 2.0,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Draw the network as it stands on the canvas, fit for a paper."""
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.ui.canvas.headless import draw as draw_project

    _refuse_existing(out, force)
    project = load(file)
    draw_project(project, check_project(project), out, right, scale)
    print(out)


@app.command()
def train(
    file: ProjectFile,
    run_dir: Annotated[
        Path | None, typer.Option(help="folder of the run; by default a new one beside FILE")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a setting, such as training.epochs=3")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run")] = False,
) -> None:
    """Train a project's network; Ctrl+C stops with a checkpoint."""
    from cnnstudio.training.command import run_from_command_line

    raise typer.Exit(run_from_command_line(file, run_dir, resume, settings or []))


@app.command()
def evaluate(run: RunFolder, checkpoint: Checkpoint = "best", as_json: AsJson = False) -> None:
    """Test a run's weights on the images kept for it."""
    from cnnstudio.training.assessment import evaluate_run

    summary = evaluate_run(run, checkpoint)
    if as_json:
        _print_json(summary)
    else:
        tables.print_evaluation(summary)


@app.command()
def runs(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="where to look; by default here, then your own runs"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List runs with their state and accuracy, newest first."""
    from cnnstudio.training.rundir import list_runs, runs_root

    root = folder or (Path("runs") if Path("runs").is_dir() else runs_root(None))
    if folder and not folder.is_dir():
        raise CnnStudioError(f"{folder} is not a folder.")
    found = list_runs(root) or list_runs(root / "runs")
    if as_json:
        _print_json([tables.run_facts(run) for run in found])
    elif not found:
        print(f"No runs in {root}")
    else:
        tables.print_runs(found)


@app.command()
def explain(
    run: RunFolder,
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="image files, or test:0, train:12, …")
    ],
    method: Annotated[str, typer.Option(help="gradcam or gradients")] = "gradcam",
    layer: Annotated[str | None, typer.Option(help="node to explain at")] = None,
    target: Annotated[
        str | None, typer.Option("--class", help="class by name or number; the predicted one")
    ] = None,
    checkpoint: Checkpoint = "best",
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write")] = Path(
        "explanation.png"
    ),
    as_json: AsJson = False,
) -> None:
    """Show where a run's network looks: each image beside its heatmap, as one picture."""
    from cnnstudio.interpret.sheet import explain_images

    found = explain_images(run, checkpoint, images, method, layer, target, out)
    if as_json:
        _print_json(found)
    else:
        tables.print_explanations(found)
        print(out)


def has_display() -> bool:
    """Whether a window could be shown."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _show_window(arguments: list[str]) -> None:
    if not has_display():
        raise CnnStudioError(
            "There is no display to open a window on.",
            "Use the commands (cnnstudio --help), or 'cnnstudio demo --headless'.",
        )
    from cnnstudio.ui.app import main as show

    raise typer.Exit(show(arguments) or 0)


def _with_command(arguments: list[str]) -> list[str]:
    """`cnnstudio` and `cnnstudio FILE` mean `cnnstudio open`."""
    if not arguments:
        return ["open"]
    first = arguments[0]
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    if first.startswith("-") or first in commands:
        return arguments
    if Path(first).suffix or os.sep in first or Path(first).exists():
        return ["open", *arguments]
    close = difflib.get_close_matches(first, commands, 1)
    print(
        f"Error: '{first}' is neither a command nor a project file."
        + (f" Did you mean '{close[0]}'?" if close else " See 'cnnstudio --help'."),
        file=sys.stderr,
    )
    raise SystemExit(2)


def _estimated(project: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from cnnstudio.training.estimate import estimate

    found = estimate(project)
    return asdict(found) | {"run_seconds": found.run_seconds}


def _refuse_existing(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise ProjectFileError(f"{file} exists already.", "Choose another name, or add --force.")


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if not shape:
        raise typer.BadParameter(f"'{text}' is no shape: write it as 3,32,32", param_hint="--input")
    return shape


def _version(asked: bool) -> None:
    if asked:
        print(f"cnnstudio {cnnstudio.__version__}")
        raise typer.Exit


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
