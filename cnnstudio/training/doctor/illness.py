"""How an illness is declared: once, above the function that recognises it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cnnstudio.training.doctor.course import Course

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Evidence:
    """What was measured, in words by name; and the paths of the nodes where, the worst first."""

    facts: Mapping[str, str]
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Illness:
    """`sentence` says what is wrong, with `{node}` for the worst node where there is one; `advice`
    what that means and what helps; `remedies` are names in the catalogue of remedies, the best
    first. `look` is asked after events of the types `after`.

    `hides` are illnesses that are no news once this one is found: they have the same cause.
    """

    name: str
    title: str
    sentence: str
    advice: str
    remedies: tuple[str, ...]
    after: tuple[str, ...]
    look: Callable[[Course], Evidence | None]
    severity: Severity = "warning"
    hides: tuple[str, ...] = ()


illnesses: dict[str, Illness] = {}


def illness(
    title: str,
    sentence: str,
    advice: str,
    *,
    after: tuple[str, ...],
    remedies: tuple[str, ...],
    severity: Severity = "warning",
    hides: tuple[str, ...] = (),
) -> Callable[[Callable[[Course], Evidence | None]], Callable[[Course], Evidence | None]]:
    """Declares the illness that the function under it recognises; its name is the function's."""

    def register(
        look: Callable[[Course], Evidence | None],
    ) -> Callable[[Course], Evidence | None]:
        name = look.__name__
        illnesses[name] = Illness(
            name, title, sentence, advice, remedies, after, look, severity, hides
        )
        return look

    return register


@dataclass(frozen=True)
class Finding:
    """An illness found in a run, after `step` steps, in `epoch` (from 1)."""

    illness: Illness
    step: int
    epoch: int
    facts: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()

    @property
    def node(self) -> str | None:
        """The worst node's path."""
        return self.nodes[0] if self.nodes else None

    @property
    def message(self) -> str:
        return self.illness.sentence.format(node=self.node)

    @property
    def evidence(self) -> str:
        """The facts as one line."""
        return " · ".join(f"{name}: {text}" for name, text in self.facts.items())

    def to_event(self) -> dict[str, Any]:
        """The content of a `finding` event, which reads without our code."""
        return {
            "illness": self.illness.name,
            "severity": self.illness.severity,
            "message": self.message,
            "hint": self.illness.advice,
            "evidence": dict(self.facts),
            "nodes": list(self.nodes),
        }

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Finding | None:
        """A finding told in a run; None for an illness that this version does not know."""
        known = illnesses.get(str(event.get("illness")))
        if known is None:
            return None
        facts = {str(name): str(text) for name, text in (event.get("evidence") or {}).items()}
        nodes = tuple(str(node) for node in event.get("nodes") or ())
        return cls(known, event.get("step") or 0, event.get("epoch") or 0, facts, nodes)

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "epoch": self.epoch, **self.to_event()}
