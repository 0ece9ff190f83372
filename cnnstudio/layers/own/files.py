"""Python files of the user's own on disk: read into a project, and looked at again later."""

from __future__ import annotations

import keyword
import re
import stat
from pathlib import Path

from cnnstudio.graph import AddSource, ProblemError, Project, SourceFile
from cnnstudio.graph.sources import MAX_SOURCE_CHARACTERS
from cnnstudio.layers.own.code import of_source

SUFFIX = ".py"


def read_source(path: str | Path, name: str | None = None) -> SourceFile:
    """A Python file as a source; named after the file unless `name` is given. Runs nothing.

    Raises ProblemError if it is missing, no text, too large or no Python, or holds no layer.
    """
    path = Path(path).absolute()
    source = SourceFile(name=name or module_name(path.stem), path=str(path), text=_text(path))
    reading = of_source(source).reading
    if reading.error:
        raise ProblemError(reading.error, hint="Mend it and add it again.")
    if not reading.layers:
        reasons = "\n".join(map(str, reading.notes))
        raise ProblemError(
            f"{path.name} has no layer that can be used.",
            hint=f"{reasons}\nA layer is a class that derives from torch.nn.Module.",
        )
    return source


def add_layers(project: Project, path: str | Path) -> Project:
    """The project with the layers of a Python file, or with them as they are in it by now.

    The file's text is kept in the project; none of it runs. Its class `Swirl` in `my_layers.py` is
    the kind `user:my_layers.Swirl`. Building the network runs the code: see `allow`.

    Raises ProblemError if the file can't be read, is no Python or holds no layer.
    """
    source = read_source(path)
    others = [other for other in project.sources if other.name != source.name]
    return project.with_sources([*others, source])


def adding(project: Project, source: SourceFile) -> AddSource:
    """The edit that adds a source, under a name that is free in the project."""
    name, number = source.name, 2
    while project.source(name) is not None:
        name, number = f"{source.name}_{number}", number + 1
    return AddSource(source=source.model_copy(update={"name": name}))


def changed_on_disk(source: SourceFile) -> bool:
    """Whether the file that a source came from is there, and holds another text by now."""
    if not source.path:
        return False
    try:
        return _text(Path(source.path)) != source.text
    except ProblemError:
        return False


def module_name(stem: str) -> str:
    """A file's name as a module's: `my-layers (2)` becomes `my_layers_2`."""
    cleaned = re.sub(r"[^0-9A-Za-z_]+", "_", stem).strip("_")[:100]
    if not cleaned or cleaned[0].isdigit() or keyword.iskeyword(cleaned):
        cleaned = f"layers_{cleaned}".rstrip("_")
    return cleaned


def _text(path: Path) -> str:
    try:
        # A pipe or a device could be read for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ProblemError(f"{path} is not a file.")
        with path.open("rb") as stream:
            raw = stream.read(4 * MAX_SOURCE_CHARACTERS + 1)
    except OSError as error:
        raise ProblemError(f"{path} can't be read: {error.strerror}.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError(
            f"{path.name} is not a Python file: it is not UTF-8 text.", hint="Choose a .py file."
        ) from None
    if len(text) > MAX_SOURCE_CHARACTERS:
        raise ProblemError(
            f"{path.name} is too large: at most {MAX_SOURCE_CHARACTERS:,} characters fit.",
            hint="Put the layers into a file of their own.",
        )
    return text
