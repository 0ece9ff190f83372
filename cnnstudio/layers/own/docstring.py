"""What a docstring says: the text, and a line on each argument (Google's and NumPy's style)."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

ARGUMENTS = ("args", "arguments", "parameters", "params", "keyword args", "keyword arguments")
OTHERS = (
    "attributes", "example", "examples", "note", "notes", "raises", "references", "return",
    "returns", "see also", "shape", "shapes", "inputs", "outputs", "usage", "warning", "warnings",
    "yields",
)  # fmt: skip
GOOGLE = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\w+)*)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)")
NUMPY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")
SPHINX = re.compile(r":param\s+(?:[\w.\[\], ]+\s+)?(?P<name>\w+)\s*:\s*(?P<text>.*)")


@dataclass(frozen=True)
class Docstring:
    """`text` in one line; `arguments` by name."""

    text: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


def parse(raw: str | None) -> Docstring:
    """Reads a docstring. What is in no style that is known counts as text."""
    lines = inspect.cleandoc(raw or "").splitlines()
    text: list[str] = []
    arguments: dict[str, str] = {}
    section, entry = "", GOOGLE
    for number, line in enumerate(lines):
        found = _section(line, lines[number + 1] if number + 1 < len(lines) else "")
        if found:
            section, entry = found, GOOGLE if line.strip().endswith(":") else NUMPY
        elif sphinx := SPHINX.match(line.strip()):
            arguments[sphinx["name"]] = sphinx["text"]
            section = "sphinx"
        elif section in ARGUMENTS:
            _read_argument(line, entry, _indent(lines, number), arguments)
        elif not section and not line.strip().startswith(":"):
            text.append(line.strip())
    return Docstring(" ".join(" ".join(text).split()), arguments)


def _section(line: str, following: str) -> str:
    """The section that begins at this line: `Args:`, or a word underlined with dashes."""
    word = line.strip().lower()
    if word.endswith(":") and word[:-1] in ARGUMENTS + OTHERS:
        return word[:-1]
    underlined = following.strip() and set(following.strip()) <= {"-", "="}
    return word if underlined and word in ARGUMENTS + OTHERS else ""


def _indent(lines: list[str], number: int) -> int:
    """The indentation of the entries of the section that this line stands in."""
    at = number
    while at > 0 and not _section(lines[at], lines[at + 1] if at + 1 < len(lines) else ""):
        at -= 1
    first = next(
        (line for line in lines[at + 1 :] if line.strip() and set(line.strip()) - {"-", "="}), ""
    )
    return len(first) - len(first.lstrip())


def _read_argument(
    line: str, entry: re.Pattern[str], indent: int, arguments: dict[str, str]
) -> None:
    stripped = line.strip()
    if not stripped or not set(stripped) - {"-", "="}:
        return
    deeper = len(line) - len(line.lstrip()) > indent
    begun = None if deeper else entry.fullmatch(stripped)
    if begun is not None:
        text = begun.groupdict().get("text") or ""
        for name in begun["names"].split(","):
            arguments[name.strip().lstrip("*")] = text
    elif deeper and arguments:
        last = next(reversed(arguments))
        arguments[last] = f"{arguments[last]} {stripped}".strip()
