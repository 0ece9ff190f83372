"""What the command line prints for people: tables, numbers with units, errors."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnstudio.graph import CnnStudioError, Project
from cnnstudio.training.metrics import metrics, over_all

if TYPE_CHECKING:
    from cnnstudio.blueprints import Blueprint
    from cnnstudio.compiler.report import Report
    from cnnstudio.deploy.proof import Proof
    from cnnstudio.layers.own.code import OwnCode
    from cnnstudio.training.batch_sizes import BatchSizes
    from cnnstudio.training.doctor import Finding, Prescription
    from cnnstudio.training.rehearsal import Rehearsal
    from cnnstudio.training.status import RunStatus

PREFIXES = ["", " k", " M", " G", " T", " P"]
SEVERITY_STYLES = {"error": "bold red", "warning": "yellow", "info": "blue"}


def print_error(error: CnnStudioError) -> None:
    """One error on stderr: what happened, then what to do about it."""
    print(f"Error: {error.message}", file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)


def print_proof(proof: Proof) -> None:
    """The proof as one line on stdout; what else is to be known on stderr."""
    print(proof.line())
    for warning in proof.warnings:
        print(f"Note: {warning}", file=sys.stderr)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()
) -> None:
    """A table on stdout; columns named in `numbers` are aligned right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    _console().print(table)


def print_templates(found: Sequence[Blueprint]) -> None:
    """Templates by family: name, year, parameters, and what it is."""
    rows: list[list[str]] = []
    family = ""
    for one in found:
        if one.family != family:
            rows += [[""] * 4] * bool(rows) + [[one.family, "", "", ""]]
            family = one.family
        count = quantity(one.parameters) if one.parameters else ""
        rows.append([f"  {one.name}", str(one.year or ""), count, one.line])
    print_table(["Template", "Year", "Parameters", "What it is"], rows, ["Parameters"])


def print_report(
    project: Project, report: Report, needs: Mapping[str, int], inside: bool = False
) -> None:
    """Shapes and cost of each node, the problems, the sums. With `inside`, also of the nodes in
    blocks."""
    network = project.network
    ordered = [network.node(id) for id in network.topological()]
    ordered += [node for node in network.nodes if node not in ordered]
    rows = []
    for node in ordered:
        rows.append(_report_row(report, node.name, _kind_label(node)))
        if inside and node.block is not None:
            within = [path for path in report.nodes if path.startswith(f"{node.name}.")]
            rows += [_report_row(report, path, "") for path in within]
    columns = ["Node", "Layer", "Output", "Parameters", "Multiply-adds", "Memory", "Sees"]
    print_table(columns, rows, numbers=columns[3:])
    console = _console()
    for problem in report.problems:
        place = f"{problem.node}: " if problem.node and problem.node not in problem.message else ""
        line = Text(f"{problem.severity.capitalize()}: ", SEVERITY_STYLES[problem.severity])
        console.print(line.append(f"{place}{problem.message}", "default"))
        if problem.hint:
            console.print(Text(f"  {problem.hint}"))
    if not report.ok:
        console.print("What the network costs is not known while there are errors.")
        return
    console.print(
        f"{quantity(report.parameters)} parameters · {quantity(report.macs)} multiply-adds · "
        f"{memory(report.activation_bytes)} of activations an image"
    )
    console.print(
        f"Memory for training with batches of {needs['batch_size']}: "
        f"{memory(needs['training_memory'])} · for one prediction: "
        f"{memory(needs['inference_memory'])}"
    )


def print_estimate(found: Mapping[str, Any]) -> None:
    """How long training will take, as it was timed."""
    _console().print(
        f"About {found['epoch_seconds']:.3g} s an epoch on {found['device']} "
        f"({found['images_per_second']:,.0f} images/s, {1000 * found['step_seconds']:.3g} ms a "
        f"step of {found['batch_size']}); {found['epochs']} epochs with the final test: "
        f"{found['run_seconds']:.3g} s, and {memory(found['memory'])} of the "
        f"{memory(found['memory_free'])} that are free"
    )


def print_batch_sizes(found: BatchSizes) -> None:
    """The rate and the memory of each size that was tried, and what it comes to."""
    table = Table("batch size", "images/s", "memory", box=None, header_style="bold")
    for column in table.columns:
        column.justify = "right"
    for trial in found.trials:
        rate = f"{trial.images_per_second:,.0f}"
        table.add_row(str(trial.batch_size), rate, memory(trial.memory))
    _console().print(table)
    _console().print(found.text)


def print_rehearsal(found: Rehearsal) -> None:
    """Each finding as a line, and what to do about it."""
    console = _console()
    for finding in found.findings:
        mark = ("fine ", "green") if finding.fine else ("mend ", "yellow")
        console.print(Text.assemble(mark, finding.text))
        if finding.hint:
            console.print(Text(f"     {finding.hint}"))


def print_comparison(names: tuple[str, str], found: Any) -> None:
    """Sums of two networks with their ratio, then the layers that differ."""
    rows = [
        [
            COMPARED[key],
            *(memory(v) if key.endswith("bytes") else quantity(v) for v in pair),
            f"{pair[1] / pair[0]:.2f} ×" if pair[0] else "",
        ]
        for key, pair in found.totals.items()
    ]
    columns = ["", *names, "Ratio"]
    print_table(columns, rows, numbers=columns[1:])
    differing = [row for row in found.rows if row.differs]
    same = len(found.rows) - len(differing)
    layers = [
        [
            row.name,
            *(
                part
                for side in (0, 1)
                for part in (
                    (row.kinds[side] or "–").removeprefix("block:"),
                    shapes_text(row.shapes[side]),
                    quantity(row.costs[side].parameters) if row.costs[side] else "",
                )
            ),
        ]
        for row in differing
    ]
    if layers:
        heads = ["Node"] + [f"{name}: {what}" for name in names
                            for what in ("layer", "output", "parameters")]  # fmt: skip
        print_table(heads, layers, numbers=[head for head in heads if head.endswith("parameters")])
    _console().print(f"{same} of {len(found.rows)} nodes are equal.")


COMPARED = {
    "layers": "Nodes",
    "parameters": "Parameters",
    "macs": "Multiply-adds, an image",
    "activation_bytes": "All activations, an image",
    "inference_bytes": "Activations to predict, an image",
    "training_bytes": "Activations to learn, an image",
}


def _report_row(report: Report, path: str, kind: str) -> list[str]:
    cost = report.nodes.get(path)
    return [
        path,
        kind,
        shapes_text(report.shapes.get(path)),
        quantity(cost.parameters) if cost else "",
        quantity(cost.macs) if cost else "",
        memory(cost.activation_bytes) if cost else "",
        field_text(cost.receptive_field) if cost else "",
    ]


def _kind_label(node: Any) -> str:
    """The kind, or a block's name with the number of its copies."""
    repeat = node.parameters.get("repeat")
    return f"{node.block or node.kind}{f' × {repeat}' if node.block and repeat else ''}"


def field_text(field: Sequence[int] | None) -> str:
    """`11×11`; `all` for the whole image, nothing where there are no positions."""
    return "all" if field is None else shapes_text(field)


def print_layers(catalogue: Mapping[str, Any]) -> None:
    """The catalogue, one line a kind."""
    rows = [
        [kind.category, kind.kind, kind.title, _first_sentence(kind.doc)]
        for kind in catalogue.values()
    ]
    print_table(["Category", "Kind", "Title", "What it does"], rows)


def layer_facts(kind: Any) -> dict[str, Any]:
    """A layer kind as JSON."""
    return {
        "kind": kind.kind,
        "title": kind.title,
        "category": kind.category,
        "target": kind.target,
        "doc": kind.doc,
        "defaults": kind.defaults(),
    }


def print_code(code: OwnCode) -> None:
    """All text of somebody's own code, with what would be hidden made visible."""
    from cnnstudio.layers.own.code import for_eyes

    for name, text in code.files.items():
        origin = for_eyes(code.origin).replace("\n", " ")
        print(f"─── {name} ({code.prefix}, from {origin}) ───")
        print(for_eyes(text).rstrip("\n"))
    for name in code.compiled:
        print(f"─── {name}: compiled, can't be shown ───")
    print("───")


def print_evaluation(summary: dict[str, Any]) -> None:
    """The metrics of each class, then all over all classes, then what can't be told."""
    if not summary:
        print("There are no images to test on.")
        return
    shown = [metric for metric in metrics.values() if metric.per_class]
    columns = ["Class", "Images", *(metric.title for metric in shown)]
    rows = [
        [row["class"], str(row["samples"]), *(metric.written(row[metric.name]) for metric in shown)]
        for row in summary["per_class"]
    ]
    print_table(columns, rows, numbers=columns[1:])
    print_table(["Over all", "", " "], over_all(summary), numbers=[""])
    for note in summary["notes"]:
        _console().print(Text(note))
    _console().print(
        f"{summary['samples']} {summary['split']} images, weights: {summary['checkpoint']}"
    )


def print_mistakes(found: Sequence[dict[str, Any]]) -> None:
    """Images that were not recognised, the most confident mistake first."""
    if not found:
        print("All images are recognised.")
        return
    rows = [
        [one["name"], one["class"], one["predicted"], percent(one["confidence"]), one["key"]]
        for one in found
    ]
    print_table(["Mistake", "Is", "Taken for", "Confidence", "Key"], rows, ["Confidence"])


def print_failure(status: RunStatus, run: Path | str, has_checkpoint: bool) -> None:
    """Why a run failed and how to go on; nothing for a run that did not."""
    if status.state != "failed":
        return
    console = _console()
    console.print(Text(f"The run failed: {status.message}", style="bold"))
    if status.hint:
        console.print(Text(f"  {status.hint}"))
    if has_checkpoint:
        console.print(Text(f"  Go on with: cnnstudio train --resume --run-dir {run}"))


def print_findings(
    found: Sequence[tuple[Finding, Sequence[Prescription]]], run: Path | str
) -> None:
    """Each finding with its evidence, what it means, and the remedies by name."""
    console = _console()
    if not found:
        console.print("The doctor finds nothing wrong with this run.")
        return
    for number, (finding, prescriptions) in enumerate(found):
        console.print(Text(("\n" if number else "") + finding.message, style="bold"))
        when = f"epoch {finding.epoch}, step {finding.step}" if finding.epoch else "at the start"
        for name, text in {"Found": when, **finding.facts}.items():
            console.print(Text(f"  {name}: {text}"))
        console.print(Text(f"  {finding.illness.advice}"))
        for one in prescriptions:
            console.print(Text(f"  --remedy {one.remedy.name}  {one.title}; "
                               f"{one.remedy.why}"))  # fmt: skip
    if any(prescriptions for _, prescriptions in found):
        console.print(Text(f"\nApply one: cnnstudio doctor {run} --remedy NAME -o mended.cnns"))


def quantity(value: float) -> str:
    """`11.7 M`: three digits and a prefix."""
    return _with_prefix(value, 1000)


def memory(value: float) -> str:
    """`1.5 MiB`."""
    text = _with_prefix(value, 1024).replace("k", "K")
    return f"{text}iB" if text[-1].isalpha() else f"{text} B"


def shapes_text(shape: Any) -> str:
    """`64×28×28`; several outputs are separated by commas."""
    if not shape:
        return ""
    if isinstance(shape[0], list | tuple):
        return ", ".join(map(shapes_text, shape))
    return "×".join(map(str, shape))


def percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _with_prefix(value: float, base: int) -> str:
    power = 0
    while value >= base and power < len(PREFIXES) - 1:
        value /= base
        power += 1
    digits = f"{value:.0f}" if power == 0 or value >= 100 else f"{value:.3g}"
    return digits + PREFIXES[power]


def _first_sentence(doc: str) -> str:
    text = " ".join(doc.split("\n\n")[0].split())
    return text.split(". ")[0].rstrip(".") + "."


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        # In a pipe or a file nothing is cut to the width of a terminal.
        console = Console(highlight=False, width=200)
    return console
