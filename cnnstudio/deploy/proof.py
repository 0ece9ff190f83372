"""What is known of an exported file: how far its outputs are from the canvas's. Needs no torch."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

MEGABYTE = 1e6


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Difference(Frozen):
    """The same seeded inputs went through the file and through the canvas's model.

    `absolute` is the largest difference of two outputs, `relative` that as a share of the largest
    output. `sizes` are the inputs' shapes without the batch dimension.
    """

    batch: int
    absolute: float
    relative: float
    sizes: tuple[tuple[int, ...], ...] = ()


class ExportedFile(Frozen):
    name: str
    bytes: int


class Proof(Frozen):
    """An exported file that was loaded in a fresh process and computed what the canvas does."""

    path: Path
    format: str
    weights: str  # where they came from, in words
    runtime: str  # what ran it, with its version
    files: tuple[ExportedFile, ...]
    differences: tuple[Difference, ...]
    tolerance: float  # for `relative`
    export_seconds: float
    proof_seconds: float
    free: tuple[str, ...] = ()  # dimensions that may have any size, such as "image: batch"
    facts: dict[str, str] = {}  # what else the format tells, such as ONNX's operator set
    warnings: tuple[str, ...] = ()

    @property
    def absolute(self) -> float:
        return max(one.absolute for one in self.differences)

    @property
    def relative(self) -> float:
        return max(one.relative for one in self.differences)

    @property
    def proven(self) -> bool:
        return self.relative <= self.tolerance

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)

    def line(self) -> str:
        """`lenet.onnx  0.42 MB  largest difference 3.1e-07 (batch 1, 4)  proven in …`"""
        names = " + ".join(file.name for file in self.files)
        batches = ", ".join(str(n) for n in dict.fromkeys(one.batch for one in self.differences))
        verdict = "proven in" if self.proven else "differs in"
        return "  ".join(
            [
                names,
                size_in_words(self.bytes),
                f"largest difference {self.absolute:.2g} (batch {batches})",
                f"{verdict} {self.runtime}",
            ]
        )


def size_in_words(bytes: int) -> str:
    """`0.42 MB`, `97.8 MB`: megabytes of a million bytes."""
    megabytes = bytes / MEGABYTE
    return f"{megabytes:.3g} MB" if megabytes < 1000 else f"{megabytes:,.0f} MB"
