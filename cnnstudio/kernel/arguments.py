"""Questions' arguments, from JSON to the document's types."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cnnstudio.graph import DataSettings, KernelError, Network, Project

Model = TypeVar("Model", bound=BaseModel)


def project_from(told: dict[str, Any]) -> Project:
    """A project from its dump."""
    return _validated(Project, told)


def network_from(told: dict[str, Any]) -> Network:
    """A network from its dump."""
    return _validated(Network, told)


def settings_from(told: dict[str, Any]) -> DataSettings:
    """Data settings from their dump."""
    return _validated(DataSettings, told)


def _validated(model: type[Model], told: dict[str, Any]) -> Model:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        raise KernelError(f"The question's {model.__name__} is not valid: {error}") from None
