"""Running code of the user's own: only what was allowed, with its errors told by file and line.

A project's file becomes a private module made from its text; nothing is written to `sys.path`. An
installed package is imported as usual.
"""

from __future__ import annotations

import linecache
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cnnstudio.graph import ProblemError
from cnnstudio.layers import LayerKind
from cnnstudio.layers.own.code import OwnCode, code_of_target, lines_of
from cnnstudio.layers.own.consent import HINT, is_allowed, refuse_unless_allowed

MEND = "Mend the code and reload it; the kernel's log has the whole traceback."

_modules: dict[str, ModuleType] = {}
_loading = threading.RLock()


class OwnCodeError(RuntimeError):
    """Somebody's own code raised an error; `hint` shows the line."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}\n{hint}")
        self.message = message
        self.hint = hint


def resolve_own(target: str) -> Callable[..., Any]:
    """The class that a target of somebody's own stands for. Runs its file the first time.

    Raises ProblemError if the code is not allowed, OwnCodeError if it fails.
    """
    code = code_of_target(target)
    assert code is not None
    refuse_unless_allowed(code)
    name = target.rsplit(".", 1)[-1]
    found: Callable[..., Any] | None = getattr(_module(code), name, None)
    if found is None:
        raise OwnCodeError(f"{code.name} has no class '{name}' once it has run.", MEND)
    return found


def problem_of(kind: LayerKind) -> tuple[str, str] | None:
    """Why a kind of somebody's own can't be used now: (message, hint); None if it can.

    Runs its file if that is allowed and has not been done yet.
    """
    code = code_of_target(kind.target)
    if code is None:
        return None
    if not is_allowed(code):
        return f"{kind.label} needs code that has not been allowed to run ({code.name}).", HINT
    try:
        resolve_own(kind.target)
    except OwnCodeError as error:
        return error.message, error.hint
    except ProblemError as error:  # the permission was taken back meanwhile
        return error.message, error.hint
    return None


@contextmanager
def told_by_line(kind: LayerKind) -> Iterator[None]:
    """Turns whatever the code of such a kind raises into an OwnCodeError with file and line."""
    code = code_of_target(kind.target)
    if code is None:
        yield
        return
    try:
        yield
    except (OwnCodeError, ProblemError):
        raise
    except (Exception, SystemExit) as error:
        raise _told(code, error) from error


def _module(code: OwnCode) -> ModuleType:
    """The module of this code, run once in a process. Raises OwnCodeError."""
    with _loading:
        key = f"{code.prefix} {code.digest}"
        if key not in _modules:
            try:
                _modules[key] = import_module(code.module) if code.module else _run(code)
            except (Exception, SystemExit) as error:
                traceback.print_exc()
                raise _told(code, error) from error
        return _modules[key]


def _run(code: OwnCode) -> ModuleType:
    name = f"_own_{code.name}_{code.digest[:12]}"
    file = _file_name(code)
    module = ModuleType(name, f"{code.name}.py of the project")
    module.__file__ = file
    # So that tracebacks and `inspect` show its lines; without a time they are never dropped.
    lines = [f"{line}\n" for line in lines_of(code.text)]
    linecache.cache[file] = (len(code.text), None, lines, file)
    compiled = compile(code.text, file, "exec", dont_inherit=True)
    sys.modules[name] = module  # dataclasses and pickle look a class's module up there
    try:
        exec(compiled, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _file_name(code: OwnCode) -> str:
    """Names the text in tracebacks; two versions of a file are two names."""
    return f"<{code.name}.py {code.digest[:12]}>"


def _told(code: OwnCode, error: BaseException) -> OwnCodeError:
    """The error in a sentence that names the line of the user's code where it came from."""
    said = str(error).strip().split("\n")[0]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    at = _place(code, error)
    if at is None:
        return OwnCodeError(f"{code.name} fails: {what}", _hint(error, ""))
    file, number, line = at
    return OwnCodeError(f"{file}, line {number}: {what}", _hint(error, line))


def _place(code: OwnCode, error: BaseException) -> tuple[str, int, str] | None:
    """File, line number and text of the innermost line of this code in the traceback."""
    if isinstance(error, SyntaxError) and error.filename == _file_name(code):
        return f"{code.name}.py", error.lineno or 1, (error.text or "").strip()
    folder = str(Path(code.origin).parent) if code.module else None
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == _file_name(code):
            return f"{code.name}.py", frame.lineno or 1, (frame.line or "").strip()
        if folder is not None and frame.filename.startswith(folder):
            return Path(frame.filename).name, frame.lineno or 1, (frame.line or "").strip()
    return None


def _hint(error: BaseException, line: str) -> str:
    shown = f"The line is: {line}\n" if line else ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{shown}Install {error.name} where CNN Studio runs, or mend the code."
    return f"{shown}{MEND}"
