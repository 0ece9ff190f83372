"""Layers of installed packages: entry points of the group `cnnstudio.layers`, read, never imported.

An entry point's value is a module: `swirls = "swirl_layers.nn"`. Its classes are the kinds
`package:swirls.Swirl`. Consent is given to all Python files of the package together, since that
module may import any of them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path

from cnnstudio.graph.sources import PACKAGE_PREFIX
from cnnstudio.layers.own.code import OWN_TARGET, OwnCode, known
from cnnstudio.layers.own.reading import Origin, Reading, read

GROUP = "cnnstudio.layers"
MOST_BYTES = 16_000_000


@cache
def installed() -> tuple[OwnCode, ...]:
    """The installed packages that bring layers, by name. Looked for once in a process."""
    found: dict[str, OwnCode] = {}
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        if point.name not in found:  # of two with the same name the first one counts
            found[point.name] = _read_package(point)
    return tuple(found.values())


def installed_if_known() -> tuple[OwnCode, ...]:
    """The same, but nothing as long as nobody has looked: looking reads many files."""
    return installed() if installed.cache_info().currsize else ()


def package(name: str) -> OwnCode | None:
    """The installed package of this entry point's name."""
    return next((code for code in installed() if code.name == name), None)


def _read_package(point: metadata.EntryPoint) -> OwnCode:
    distribution = point.dist
    title = distribution.name if distribution is not None else point.name
    version = distribution.version if distribution is not None else ""
    prefix = f"{PACKAGE_PREFIX}{point.name}"
    module = point.value.partition(":")[0].strip()
    files: dict[str, str] = {}
    compiled: tuple[str, ...] = ()
    error, origin = "", ""
    try:
        path = _located(module)
        origin = str(path)
        files, compiled = _files(module, path)
    except OSError as problem:
        error = f"{module} of {title} can't be read: {problem.strerror or problem}."
    except UnicodeDecodeError:
        error = f"{module} of {title} can't be read: it is not UTF-8 text."
    digest = _digest(files)
    where = Origin(prefix, f"{OWN_TARGET}{digest}", title, "mdi6.package-variant-closed", module)
    text = next(iter(files.values()), "")
    code = OwnCode(
        name=point.name,
        prefix=prefix,
        files=files or {module: ""},
        digest=digest,
        reading=Reading(error=error) if error else read(text, where),
        module=module,
        origin=origin,
        version=version,
        distribution=title,
        compiled=compiled,
    )
    known[digest] = code
    return code


def _located(module: str) -> Path:
    """The file of a module. Raises FileNotFoundError.

    Each package on the way is asked where it lies and is not imported, unlike what
    `importlib.util.find_spec` does.
    """
    search: Sequence[str] | None = None
    spec: ModuleSpec | None = None
    parts = module.split(".")
    for number in range(1, len(parts) + 1):
        name = ".".join(parts[:number])
        specs = (
            finder.find_spec(name, search)
            for finder in sys.meta_path
            if hasattr(finder, "find_spec")
        )
        spec = next((found for found in specs if found is not None), None)
        if spec is None:
            break
        search = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise FileNotFoundError(2, "there is no Python file of this name")
    return Path(spec.origin)


def _files(module: str, path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts of the whole package, that of the module first; and its compiled files."""
    up = len(module.split(".")) - (path.name != "__init__.py")
    if up == 0:
        return {path.name: path.read_bytes().decode("utf-8-sig")}, ()
    top = path.parents[up - 1]
    others = sorted(file for file in top.rglob("*.py") if file != path)
    compiled = [file for suffix in EXTENSION_SUFFIXES for file in top.rglob(f"*{suffix}")]
    if sum(file.stat().st_size for file in [path, *others]) > MOST_BYTES:
        raise OSError(27, f"it has more than {MOST_BYTES // 1_000_000} MB of code")
    texts = {
        str(file.relative_to(top.parent)): file.read_bytes().decode("utf-8-sig")
        for file in [path, *others]
    }
    return texts, tuple(sorted({str(file.relative_to(top.parent)) for file in compiled}))


def _digest(files: dict[str, str]) -> str:
    """SHA-256 of all files: their names and their texts."""
    found = sha256()
    for name, text in sorted(files.items()):
        found.update(f"{name}\n{sha256(text.encode()).hexdigest()}\n".encode())
    return found.hexdigest()
