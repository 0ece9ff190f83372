"""Code of the user's own that a project carries along.

A project and a run directory hold the text itself, so they are complete on any machine. Nothing
here reads or runs it.
"""

from __future__ import annotations

import keyword
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

USER_PREFIX: Final = "user:"
PACKAGE_PREFIX: Final = "package:"
MAX_SOURCE_CHARACTERS: Final = 1_000_000


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFile(_Value):
    """A Python file in the project: `name` is its module's, `path` where it was read from.

    A layer class `Swirl` in the source `my_layers` is the kind `user:my_layers.Swirl`.
    """

    name: str = Field(min_length=1, max_length=100)
    path: str = ""
    text: str = Field(max_length=MAX_SOURCE_CHARACTERS)

    @field_validator("name")
    @classmethod
    def _module_name(cls, value: str) -> str:
        if not (value.isascii() and value.isidentifier()) or keyword.iskeyword(value):
            raise ValueError(f"'{value}' can't be a module's name")
        return value

    @property
    def digest(self) -> str:
        """SHA-256 of the text: what consent is given to."""
        return sha256(self.text.encode("utf-8")).hexdigest()


class PackageUse(_Value):
    """An installed package whose layers the project uses: `name` is the entry point's.

    A layer class `Swirl` of it is the kind `package:NAME.Swirl`.
    """

    name: str = Field(min_length=1)
    distribution: str
    version: str
