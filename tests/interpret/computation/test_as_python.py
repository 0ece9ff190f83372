"""The lines that the window copies tell the same as the window."""

import contextlib
import io

import cnnstudio as cs
from cnnstudio.interpret.figures.as_python import computation_lines

from .test_command import folder as folder


def test_the_copied_lines_print_the_sentence(folder):
    lines = computation_lines(
        {"run": str(folder / "run"), "image": ["test", 3]}, "conv1", 2, (4, 5)
    )
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(lines, "copied", "exec"), {})
    run = cs.open_run(folder / "run")
    told = cs.computation(run.model, run.images("test:3"), "conv1", 2, (4, 5))
    assert out.getvalue().strip() == told.sentence
