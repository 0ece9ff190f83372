"""Code that defines layers and is not the studio's: where it is from, its text, its digest."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from cnnstudio.graph import SourceFile
from cnnstudio.graph.sources import USER_PREFIX
from cnnstudio.layers.kind import LayerKind
from cnnstudio.layers.own.reading import Note, Origin, Reading, read

# The target of a layer of somebody's own: this, the code's digest, the class.
OWN_TARGET = "own:"
PROJECT_CATEGORY = "My layers"
# Unicode categories of characters that have no picture: control, format, line and paragraph ends.
HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")


@dataclass(frozen=True, eq=False)
class OwnCode:
    """One Python file of a project, or one installed package.

    `files` are all the texts that run, by name; the first defines the layers. `digest` is the
    SHA-256 of all of them: consent is given to exactly this text. `module` is what Python imports
    for a package; a project's file is run from its text.
    """

    name: str
    prefix: str  # of its kinds' names: `user:my_layers`
    files: Mapping[str, str]
    digest: str
    reading: Reading
    module: str = ""
    origin: str = ""  # where it was read from, for people
    version: str = ""
    distribution: str = ""
    compiled: tuple[str, ...] = ()  # files that can't be shown as text

    @property
    def text(self) -> str:
        """The text that defines the layers."""
        return next(iter(self.files.values()))

    @cached_property
    def kinds(self) -> dict[str, LayerKind]:
        return {kind.kind: kind for kind in self.reading.layers}

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.reading.notes


# Whatever was read in this process, by what stands in its kinds' targets.
known: dict[str, OwnCode] = {}


def code_of_target(target: str) -> OwnCode | None:
    """The code that a kind's target is found in; None for the catalogue's targets."""
    if not target.startswith(OWN_TARGET):
        return None
    return known[target.removeprefix(OWN_TARGET).rsplit(".", 1)[0]]


@lru_cache(maxsize=256)
def of_source(source: SourceFile) -> OwnCode:
    """The code of a project's Python file. Reads the text and runs nothing."""
    # The name counts too: the same text under two names is two modules.
    digest = source.digest
    key = sha256(f"{source.name}\n{digest}".encode()).hexdigest()
    prefix = f"{USER_PREFIX}{source.name}"
    origin = Origin(
        prefix=prefix,
        target=f"{OWN_TARGET}{key}",
        category=PROJECT_CATEGORY,
        icon="mdi6.puzzle-outline",
        file=f"{source.name}.py",
    )
    code = OwnCode(
        name=source.name,
        prefix=prefix,
        files={f"{source.name}.py": source.text},
        digest=digest,
        reading=read(source.text, origin),
        origin=source.path or "this project",
    )
    known[key] = code
    return code


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them; `str.splitlines` breaks at more characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def for_eyes(text: str) -> str:
    """The text with what a terminal or a text view would hide made visible.

    Control characters could move the cursor over code, and characters that change the direction of
    writing could show it in another order than it runs in.
    """
    return "".join(
        f"<U+{ord(c):04X}>" if unicodedata.category(c) in HIDDEN and c not in "\n\t" else c
        for c in "\n".join(lines_of(text))
    )
