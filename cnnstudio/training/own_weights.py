"""A run's own copy of the weights that it begins with, so that it needs nothing outside it."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

from cnnstudio.graph import Project, WeightsError

FILE = "initial_weights.safetensors"


def with_own_weights(project: Project, folder: Path) -> Project:
    """Copies the weights that the project names into a run's folder; the project with the copy.

    Raises WeightsError if there is no such file, or if it can't be copied.
    """
    given = project.training.initial_weights
    own = folder.absolute() / FILE
    if not given:
        own.unlink(missing_ok=True)  # of a run that failed to start here
        return project
    try:
        if not (own.exists() and own.samefile(given)):
            shutil.copyfile(given, own)
    except FileNotFoundError:
        raise WeightsError(
            f"There is no file of weights {given}.",
            "Choose it again in the training settings, or begin with fresh weights.",
        ) from None
    except (OSError, ValueError) as error:
        own.unlink(missing_ok=True)
        raise WeightsError(f"{given} can't be copied to the run: {error}.") from None
    return beginning_with(project, str(own))


def begins_alike(project: Project, other: Project) -> bool:
    """Whether both name no weights, or files with the same content.

    A file that is gone can't have changed: the run has its copy.
    """
    files = [Path(one.training.initial_weights or ".") for one in (project, other)]
    if files[0] == files[1] or not all(file.exists() for file in files):
        return bool(project.training.initial_weights) == bool(other.training.initial_weights)
    one, two = files
    return one.is_file() and two.is_file() and filecmp.cmp(one, two, shallow=False)


def beginning_with(project: Project, file: str) -> Project:
    """The project with another file of initial weights."""
    training = project.training.model_copy(update={"initial_weights": file})
    return project.model_copy(update={"training": training})
