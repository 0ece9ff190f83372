"""The `.cnns` file: JSON, sorted and indented, so that it diffs and merges.

Reading one runs nothing from it. Older versions are migrated, newer ones refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnnstudio.graph.damage import explained
from cnnstudio.graph.errors import ProjectFileError
from cnnstudio.graph.model import FORMAT, FORMAT_VERSION, Project
from cnnstudio.graph.replacing import replacing

MAX_FILE_BYTES = 256 * 1024 * 1024

# From a version to the step that makes the next one of it.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    # Each only added what older files don't have.
    1: dict,  # blocks, bypassed nodes
    2: dict,  # how a node learns; schedules and more of the training's settings
}


def dumps(project: Project) -> str:
    """The project as the text of a `.cnns` file."""
    content = project.model_dump(mode="json")
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def loads(text: str, where: str = "The project") -> Project:
    """Reads the text of a `.cnns` file; ProjectFileError names the path of what is wrong."""
    if not text.strip():
        raise ProjectFileError(f"{where} is empty.")
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProjectFileError(
            f"{where} is not a project file: {error}.", "Is it another kind of file, or cut short?"
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ProjectFileError(
            f"{where} is not a CNN Studio project: its 'format' is not '{FORMAT}'."
        )
    content = _migrated(content, where)
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        raise ProjectFileError(f"{where} is damaged.\n{explained(error)}") from None
    except RecursionError:
        raise ProjectFileError(f"{where} is damaged: values are nested too deep.") from None


def load(path: str | Path) -> Project:
    """Opens a `.cnns` file; paths in it that are relative to its folder become absolute.

    Raises ProjectFileError if it is missing, unreadable or damaged.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ProjectFileError(f"{path} has {size:,} bytes: too large for a project file.")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ProjectFileError(f"{path} does not exist.", "Check the spelling.") from None
    except OSError as error:
        raise ProjectFileError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ProjectFileError(f"{path} is not a project file: it is not UTF-8 text.") from None
    return _placed(loads(text, where=str(path)), path.absolute().parent)


def save(project: Project, path: str | Path) -> None:
    """Writes a `.cnns` file atomically: the old file stays whole if anything fails.

    The file of weights to begin with is named relative to the project's folder if it lies in it,
    so that both can be moved together.
    """
    path = Path(path)
    write_atomically(path, dumps(_portable(project, path.absolute().parent)))


def write_atomically(path: Path, text: str) -> None:
    """Replaces a file's content in one step; raises ProjectFileError if the disk refuses."""
    try:
        target = path.resolve() if path.is_symlink() else path
        with replacing(target) as aside:
            aside.write_text(text, "utf-8", newline="\n")
            if target.exists():
                aside.chmod(target.stat().st_mode & 0o777)
    except OSError as error:
        raise ProjectFileError(
            f"{path} can't be written: {error.strerror}.",
            "Check the folder, its permissions and the free space, or save elsewhere.",
        ) from None


def _placed(project: Project, folder: Path) -> Project:
    """The project of a file in `folder`: in memory a path doesn't depend on where it was read."""
    file = project.training.initial_weights
    return _starting_from(project, os.path.normpath(folder / file)) if file else project


def _portable(project: Project, folder: Path) -> Project:
    file = Path(project.training.initial_weights)
    inside = file.is_absolute() and file.is_relative_to(folder)
    return _starting_from(project, file.relative_to(folder).as_posix()) if inside else project


def _starting_from(project: Project, file: str) -> Project:
    training = project.training.model_copy(update={"initial_weights": file})
    return project.model_copy(update={"training": training})


def umask() -> int:
    """Permissions that new files don't get."""
    # The mask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that may stand in a project")


def _migrated(content: dict[str, Any], where: str) -> dict[str, Any]:
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise ProjectFileError(f"{where} is damaged.\nversion: should be a number")
    if version > FORMAT_VERSION:
        raise ProjectFileError(
            f"{where} was made by a newer CNN Studio (file version {version}; this one reads up "
            f"to {FORMAT_VERSION}).",
            "Update CNN Studio to open it.",
        )
    while version < FORMAT_VERSION:
        if version not in MIGRATIONS:
            raise ProjectFileError(f"{where} has file version {version}, which never existed.")
        content = MIGRATIONS[version](content)
        version += 1
        content["version"] = version
    return content
