"""The kinds that a project's own code and the installed packages define."""

from __future__ import annotations

from cnnstudio.graph import Edit, NotePackage, PackageUse, Project
from cnnstudio.graph.sources import PACKAGE_PREFIX, USER_PREFIX
from cnnstudio.layers.kind import LayerKind
from cnnstudio.layers.own import packages
from cnnstudio.layers.own.code import OwnCode, of_source


def is_own(name: str) -> bool:
    """Whether a kind of this name is somebody's own."""
    return name.startswith((USER_PREFIX, PACKAGE_PREFIX))


def code_of(project: Project, name: str) -> OwnCode | None:
    """The code that should define the kind of this name; None if it is not here."""
    prefix, _, _ = name.rpartition(".")
    if name.startswith(USER_PREFIX):
        source = project.source(prefix.removeprefix(USER_PREFIX))
        return None if source is None else of_source(source)
    if name.startswith(PACKAGE_PREFIX):
        return packages.package(prefix.removeprefix(PACKAGE_PREFIX))
    return None


def own_kind(project: Project, name: str) -> LayerKind | None:
    """The kind of this name; None if nothing here defines it."""
    code = code_of(project, name)
    return None if code is None else code.kinds.get(name)


def own_kinds(project: Project, look: bool = True) -> list[LayerKind]:
    """All kinds of the project's own files and of the installed packages, in that order.

    Without `look`, those of the packages only if they have been looked for already.
    """
    found = packages.installed() if look else packages.installed_if_known()
    codes = [*map(of_source, project.sources), *found]
    return [kind for code in codes for kind in code.reading.layers]


def used_code(project: Project) -> list[OwnCode]:
    """The code that the project's nodes need, and that is here."""
    names = {node.kind for network in project.networks for node in network.nodes}
    found = [code_of(project, name) for name in sorted(names) if is_own(name)]
    return list({code.prefix: code for code in found if code is not None}.values())


def carried_code(project: Project) -> list[OwnCode]:
    """All code that comes with the project, and what its nodes need besides."""
    own = [of_source(source) for source in project.sources]
    return list({code.prefix: code for code in [*own, *used_code(project)]}.values())


def why_unknown(project: Project, name: str) -> tuple[str, str]:
    """Why there is no kind of this name, and what to do: (message, hint)."""
    prefix, _, class_name = name.rpartition(".")
    code = code_of(project, name)
    if code is not None:
        left_out = [note for note in code.notes if note.name == class_name and note.left_out]
        if code.reading.error:
            return code.reading.error, "Mend the file and reload it."
        if left_out:
            return (
                f"{class_name} of {code.name} can't be used: {left_out[0].message}",
                f"Line {left_out[0].line} of {code.name}.",
            )
        return (
            f"{code.name} has no layer '{class_name}' any more.",
            "Bring it back, or replace the node.",
        )
    if name.startswith(USER_PREFIX):
        file = prefix.removeprefix(USER_PREFIX)
        return (
            f"the project has no file '{file}.py', which '{class_name}' is in.",
            "Add it again: Add layers from a Python file. Its settings are kept.",
        )
    wanted = prefix.removeprefix(PACKAGE_PREFIX)
    use = next((use for use in project.packages if use.name == wanted), None)
    what = f"{use.distribution} {use.version}" if use else f"the package that brings '{wanted}'"
    install = f"pip install {use.distribution}" if use else f"the package that brings '{wanted}'"
    return f"{what} is not installed, which '{class_name}' is in.", f"Install it: {install}."


def package_notes(project: Project) -> list[Edit]:
    """The edits that note which packages, in which version, the project's nodes use by now."""
    noted = {use.name for use in project.packages}
    kinds = {node.kind for network in project.networks for node in network.nodes}
    prefixes = {k.rpartition(".")[0] for k in kinds if k.startswith(PACKAGE_PREFIX)}
    if not {prefix.removeprefix(PACKAGE_PREFIX) for prefix in prefixes} - noted:
        return []
    return [
        NotePackage(name=code.name, use=PackageUse(
            name=code.name, distribution=code.distribution, version=code.version
        ))
        for code in used_code(project)
        if code.module and code.name not in noted
    ]  # fmt: skip
