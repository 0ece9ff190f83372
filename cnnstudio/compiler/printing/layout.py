"""Breaks long lines as ruff and black do."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from cnnstudio.compiler.printing.symbols import text_of

LINE = 100
STEP = 4


@dataclass(frozen=True)
class Call:
    """Something in brackets: `nn.Conv2d(3, 64)`, `[a, b]`, `*(… for …)`."""

    head: str  # with the opening bracket
    parts: tuple[Doc, ...]

    @property
    def close(self) -> str:
        return {"(": ")", "[": "]", "{": "}"}[self.head[-1]]


@dataclass(frozen=True)
class Keyword:
    """`padding=1`, or a dict's entry with `": "` for a sign."""

    name: str
    value: Doc
    sign: str = "="


@dataclass(frozen=True)
class Choice:
    """`one if condition else other`"""

    one: Doc
    condition: str
    other: Doc


@dataclass(frozen=True)
class Infix:
    """`a + b + c`"""

    sign: str
    parts: tuple[Doc, ...]


@dataclass(frozen=True)
class Each:
    """`Block(64) for _ in range(3)`"""

    element: Doc
    variable: str
    source: str


Doc = str | Call | Keyword | Choice | Infix | Each


def doc_of(tree: ast.expr) -> Doc:
    """An expression that can be broken where it chooses."""
    if isinstance(tree, ast.IfExp):
        return Choice(text_of(tree.body), text_of(tree.test), text_of(tree.orelse))
    return text_of(tree)


def flat(doc: Doc) -> str:
    """The whole on one line."""
    match doc:
        case str():
            return doc
        case Call(head, parts):
            return head + ", ".join(map(flat, parts)) + doc.close
        case Keyword(name, value, sign):
            return f"{name}{sign}{flat(value)}"
        case Choice(one, condition, other):
            return f"{flat(one)} if {condition} else {flat(other)}"
        case Infix(sign, parts):
            # A power of plain names is written close.
            close = sign == "**" and all(
                flat(part).replace(".", "").isidentifier() for part in parts
            )
            return (sign if close else f" {sign} ").join(map(flat, parts))
        case Each(element, variable, source):
            return f"{flat(element)} for {variable} in {source}"


def laid_out(doc: Doc, indent: int, prefix: str = "", suffix: str = "") -> list[str]:
    """The lines of `prefix doc suffix`, of at most LINE characters where that can be."""
    line = " " * indent + prefix + flat(doc) + suffix
    if len(line) <= LINE:
        return [line]
    match doc:
        case Call(head, parts) if parts:
            return _bracketed(f"{prefix}{head}", parts, f"{doc.close}{suffix}", indent)
        case Keyword(name, value, sign):
            return laid_out(value, indent, f"{prefix}{name}{sign}", suffix)
        case Choice() | Infix():
            inner = " " * (indent + STEP) + flat(doc)
            lines = [inner] if len(inner) <= LINE else _broken(doc, indent + STEP)
            return [" " * indent + f"{prefix}(", *lines, " " * indent + f"){suffix}"]
        case _:
            return [line]


def _bracketed(opening: str, parts: Sequence[Doc], closing: str, indent: int) -> list[str]:
    inner = " " * (indent + STEP) + ", ".join(map(flat, parts))
    if len(inner) <= LINE:
        lines = [inner]
    elif isinstance(parts[0], Each):
        lines = _broken(parts[0], indent + STEP)
    else:
        lines = [line for part in parts for line in laid_out(part, indent + STEP, suffix=",")]
    return [" " * indent + opening, *lines, " " * indent + closing]


def _broken(doc: Choice | Infix | Each, indent: int) -> list[str]:
    match doc:
        case Choice(one, condition, other):
            return [
                *laid_out(one, indent),
                " " * indent + f"if {condition}",
                *laid_out(other, indent, "else "),
            ]
        case Infix(sign, parts):
            first, *rest = parts
            more = [line for part in rest for line in laid_out(part, indent, f"{sign} ")]
            return [*laid_out(first, indent), *more]
        case Each(element, variable, source):
            return [*laid_out(element, indent), " " * indent + f"for {variable} in {source}"]


def docstring(paragraphs: Sequence[str], indent: int) -> list[str]:
    """A docstring of paragraphs; what could end it early is written otherwise."""
    room = LINE - indent
    lines: list[str] = []
    for text in paragraphs:
        text = text.replace("\\", "/").replace('"""', "'''").strip()
        text = f"{text}." if text.endswith('"') else text
        lines += ["", *wrap(text, room - (6 if not lines else 0))]
    lines = lines[1:] or [""]
    if len(lines) == 1:
        return [" " * indent + f'"""{lines[0]}"""']
    margin = " " * indent
    inner = [f"{margin}{line}" if line else "" for line in lines[1:]]
    return [f'{margin}"""{lines[0]}', *inner, f'{margin}"""']
