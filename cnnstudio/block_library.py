"""The user's own blocks: one project file each, in a folder that all projects share."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cnnstudio.graph import Network, ProblemError, Project, ProjectFileError, load, save
from cnnstudio.graph.block_edits import AddNetwork
from cnnstudio.graph.blocks import check_block_name, needed_by
from cnnstudio.graph.blocks.bringing import bring
from cnnstudio.graph.blocks.uses import existing_block
from cnnstudio.graph.model import BLOCK_PREFIX, Node

SUFFIX = ".cnns"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptBlock:
    """A block in the library, with the blocks that it needs."""

    block: Network
    needs: tuple[Network, ...]

    @property
    def name(self) -> str:
        return self.block.name


def library_folder() -> Path:
    """Where the user's blocks are kept."""
    return Path(platformdirs.user_config_path("cnn-studio", appauthor=False)) / "blocks"


class BlockLibrary:
    """The blocks in a folder, by name. A file is a project whose main network is one use of it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or library_folder()

    def blocks(self) -> list[KeptBlock]:
        """All blocks by name. A file that can't be read is left out, and told in the log."""
        found = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                found.append(_kept(load(path), path.stem))
            except (ProjectFileError, ProblemError, OSError) as error:
                logger.warning("The block in %s can't be read: %s", path, error)
        return found

    def get(self, name: str) -> KeptBlock:
        """The block of this name; ProblemError if there is none."""
        path = self._path(name)
        if not path.is_file():
            raise ProblemError(f"There is no block '{name}' in your library.")
        return _kept(load(path), name)

    def keep(self, project: Project, name: str) -> None:
        """Saves a project's block, with those that it needs, in the place of one of this name."""
        block = existing_block(project, name)
        node = Node(id="block", kind=f"{BLOCK_PREFIX}{name}", name="block")
        kept = Project(
            name=name,
            description=block.description,
            networks=(
                Network(name=_other_than(name), nodes=(node,)),
                *needed_by(project, [block]),
                block,
            ),
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        save(kept, self._path(name))

    def insert(self, project: Project, name: str) -> tuple[list[AddNetwork], str]:
        """The edits that bring a kept block into a project, and its name there."""
        kept = self.get(name)
        edits, names = bring(project, [*kept.needs, kept.block])
        return edits, names[kept.name]

    def delete(self, name: str) -> None:
        """Takes a block out of the library; ProblemError if it isn't there."""
        self.get(name)
        self._path(name).unlink()

    def rename(self, name: str, new_name: str) -> None:
        """Gives a kept block another name; ProblemError if that can't be."""
        kept = self.get(name)
        new_name = check_block_name(Project(networks=(Network(name=" "), *kept.needs)), new_name)
        if new_name == name:
            return
        if self._path(new_name).exists():
            raise ProblemError(f"Your library already has a block named '{new_name}'.")
        renamed = kept.block.changed(name=new_name)
        self.keep(Project(networks=(Network(name=" "), *kept.needs, renamed)), new_name)
        self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"


def _kept(project: Project, name: str) -> KeptBlock:
    uses = [node.block for node in project.network.nodes if node.block]
    # The file's name is what the user sees; a file that was renamed by hand keeps its block.
    block = existing_block(project, uses[0] if uses else name)
    needs: Iterable[Network] = needed_by(project, [block])
    return KeptBlock(block.changed(name=name) if block.name != name else block, tuple(needs))


def _other_than(name: str) -> str:
    return "main" if name != "main" else "library"
