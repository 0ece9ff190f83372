"""What people say of a run: a star, tags, a note. Kept in the run's own directory."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError

from cnnstudio.graph import RunError
from cnnstudio.training.rundir import RunDirectory, read_json, replace_json

FILE = "annotations.json"
MOST_TAGS, LONGEST_TAG, LONGEST_NOTE = 50, 60, 20_000


class Annotations(BaseModel):
    """`sweep` and `trial` say which search a run belongs to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    star: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    sweep: str = ""
    trial: int | None = None


def annotations_of(run: RunDirectory) -> Annotations:
    """What is said of a run; nothing where there is no file, or none that can be read."""
    try:
        return Annotations.model_validate(read_json(run.path / FILE) or {})
    except ValidationError:
        return Annotations()


def annotate(
    run: RunDirectory,
    *,
    star: bool | None = None,
    tags: Iterable[str] | None = None,
    note: str | None = None,
    sweep: str | None = None,
    trial: int | None = None,
) -> Annotations:
    """Changes what is given and leaves the rest; the file is replaced in one step.

    Raises RunError for a tag that can't be one, or a folder that can't be written.
    """
    given = {
        "star": star,
        "tags": None if tags is None else clean_tags(tags),
        "note": None if note is None else note.strip()[:LONGEST_NOTE],
        "sweep": sweep,
        "trial": trial,
    }
    changed = annotations_of(run).model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    try:
        replace_json(run.path / FILE, changed.model_dump(mode="json"))
    except OSError as error:
        raise RunError(
            f"What is said of {run.name} can't be kept: {error.strerror or error}.",
            "Check the folder, its permissions and the free space.",
        ) from None
    return changed


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: each once, in the order given. RunError for one with a blank."""
    found = dict.fromkeys(tag.strip().lstrip("#") for tag in tags)
    found.pop("", None)
    for tag in found:
        if re.search(r"[\s,\"]", tag) or len(tag) > LONGEST_TAG:
            raise RunError(
                f"'{tag}' can't be a tag.",
                f"A tag is one word of at most {LONGEST_TAG} letters, without commas.",
            )
    if len(found) > MOST_TAGS:
        raise RunError(f"A run has at most {MOST_TAGS} tags.")
    return tuple(found)
