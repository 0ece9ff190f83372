"""What every edit can do. The edits themselves are in `edits.py` and `frames.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnstudio.graph.model import Model, Network, Project

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit


class BaseEdit(Model):
    def apply(self, project: Project) -> tuple[Project, Edit]:
        """The changed project and the inverse edit; ProblemError if the edit is impossible."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The edit in the undo list."""
        raise NotImplementedError


class NetworkEdit(BaseEdit):
    network: str = "main"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        network, inverse = self.change(project.network_named(self.network))
        return project.with_network(network), inverse

    def change(self, network: Network) -> tuple[Network, Edit]:
        raise NotImplementedError
