"""What a network can be exported as. Each format is declared once; reading this needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cnnstudio.graph import ExportError

EXTRA = "deploy"  # the optional dependencies that some formats need


@dataclass(frozen=True)
class Format:
    """One kind of file.

    `writer` is the dotted name of a function (Network, Path, Options) -> Written, `runner` the name
    of a file in `runners/`. `tolerance` is the largest difference to the canvas, as a share of the
    largest output, with which an export counts as proven. `beside` are the suffixes of files that
    belong to it, `needs` packages that are not always installed.
    """

    name: str
    title: str
    suffix: str
    help: str
    writer: str
    runner: str
    tolerance: float
    beside: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages that it needs and that are not installed."""
        return tuple(name for name in self.needs if find_spec(name) is None)

    def files(self, path: Path) -> list[Path]:
        """All files that an export to `path` writes; the first has the format's suffix."""
        if not path.name:
            raise ExportError(f"{path} is a folder.", "Name the file to write.")
        if path.suffix.lower() != self.suffix:
            path = path.with_name(path.name + self.suffix)
        return [path, *(path.with_suffix(suffix) for suffix in self.beside)]


formats: dict[str, Format] = {}


def declare(format: Format) -> Format:
    """Adds a format to those there are."""
    formats[format.name] = format
    return format


declare(
    Format(
        name="python",
        title="PyTorch source",
        suffix=".py",
        help="a readable Python file that needs torch only, its weights beside it",
        writer="cnnstudio.deploy.writers.python.write",
        runner="python",
        # The same operations on the same weights: equal but for the order of a sum.
        tolerance=1e-6,
        beside=(".safetensors",),
    )
)
declare(
    Format(
        name="pt2",
        title="PyTorch program",
        suffix=".pt2",
        help="one file for torch.export.load and AOTInductor; needs no Python source",
        writer="cnnstudio.deploy.writers.pt2.write",
        runner="pt2",
        tolerance=1e-5,
    )
)
declare(
    Format(
        name="onnx",
        title="ONNX",
        suffix=".onnx",
        help="one file for ONNX Runtime, TensorRT, OpenVINO, CoreML tools and the like",
        writer="cnnstudio.deploy.writers.onnx.write",
        runner="onnx",
        # Another implementation of each operation, with another order of summation.
        tolerance=1e-4,
        needs=("onnx", "onnxscript", "onnxruntime"),
    )
)
declare(
    Format(
        name="safetensors",
        title="Weights only",
        suffix=".safetensors",
        help="the state dict: names, shapes and numbers, and nothing that can run",
        writer="cnnstudio.deploy.writers.safetensors.write",
        runner="python",
        tolerance=1e-6,
    )
)


def format_for(path: Path, name: str | None = None) -> Format:
    """The format of this name, or that of the path's suffix.

    Raises ExportError if there is none, or if packages that it needs are not installed.
    """
    if name is not None and name not in formats:
        raise ExportError(f"There is no format '{name}'.", f"Choose one of: {', '.join(formats)}.")
    found = formats[name] if name else _by_suffix(path)
    if found.missing:
        listed = " and ".join(found.missing)
        raise ExportError(
            f"{found.title} needs {listed}, which this installation lacks.",
            f"Install them with: pip install 'cnnstudio[{EXTRA}]'",
        )
    return found


def _by_suffix(path: Path) -> Format:
    for one in formats.values():
        if path.suffix.lower() == one.suffix:
            return one
    suffixes = ", ".join(one.suffix for one in formats.values())
    raise ExportError(
        f"{path.name} says by its name no format to export to.", f"Let it end in {suffixes}."
    )
