"""How an error of a question travels: by class name, message and hint, and back to its class."""

from __future__ import annotations

from typing import Any

from cnnstudio.graph import errors
from cnnstudio.graph.errors import CnnStudioError, KernelError, NoWeightsError, ProblemError


def to_wire(error: CnnStudioError) -> dict[str, Any]:
    """The error as JSON."""
    return {
        "class": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "node": getattr(error, "node", None),
    }


def from_wire(told: dict[str, Any]) -> CnnStudioError:
    """The error again, of the class it had; a KernelError if that class is not known here."""
    kind = getattr(errors, told["class"], None)
    if kind is ProblemError:
        return ProblemError(told["message"], told["node"], told["hint"])
    if kind is NoWeightsError:
        return NoWeightsError(told["message"], told["hint"], told["node"])
    if not (isinstance(kind, type) and issubclass(kind, CnnStudioError)):
        kind = KernelError
    return kind(told["message"], told["hint"])
