"""`cnnstudio export`, as somebody at a terminal uses it, and what goes wrong there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cnnstudio as cs
from cnnstudio.deploy.staging import staged, sweep
from cnnstudio.graph import ExportError
from tests.command import run
from tests.training.networks import small

# A child may write files of at most so many bytes: a disk that is nearly full.
LIMITED = (
    "import resource, runpy, sys;"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes}));"
    "sys.argv = ['cnnstudio', *{arguments!r}];"
    "runpy.run_module('cnnstudio', run_name='__main__')"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cs.save(small(), tmp_path / "small.cnns")
    return tmp_path / "small.cnns"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_proof_is_one_line_or_json_and_nothing_is_replaced_unasked(file, tmp_path):
    done = run("export", "small.cnns", "-o", "small.onnx", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    name, size, difference, verdict = done.stdout.strip().split("  ")
    assert name == "small.onnx"
    assert size.endswith(" MB")
    assert difference.startswith("largest difference ") and difference.endswith("(batch 1, 4)")
    assert verdict.startswith("proven in onnxruntime ")

    again = run("export", "small.cnns", "-o", "small.onnx", folder=tmp_path)
    assert again.returncode == 1
    assert "exists already" in again.stderr

    forced = run("export", "small.cnns", "-o", "small.onnx", "--force", "--json", folder=tmp_path)
    told = json.loads(forced.stdout)
    assert told["proven"] is True
    assert told["differences"][0]["absolute"] <= 1e-4
    assert told["weights"] == "fresh with seed 0 (untrained)"


def test_what_is_wrong_is_told_without_a_traceback(file, tmp_path):
    for arguments, words in (
        (["small.cnns", "-o", "nowhere/small.py"], "nowhere/small.py can't be written"),
        (["small.cnns", "-o", "small.cnns/a.py"], "can't be written"),
        (["small.cnns", "-o", "a.tflite"], "no format"),
        (["missing.cnns", "-o", "a.py"], "does not exist"),
        ([".", "-o", "a.py"], "There is no run"),
        (["small.cnns", "-o", "a.py", "--weights", "w.safetensors"], "no file of weights"),
    ):
        done = run("export", *arguments, folder=tmp_path)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert left_in(tmp_path) == ["small.cnns"]


@pytest.mark.parametrize("name", ["full.py", "full.pt2", "full.onnx"])
def test_a_full_disk_is_told_and_leaves_nothing(name, file, tmp_path):
    code = LIMITED.format(bytes=4096, arguments=["export", "small.cnns", "-o", name])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stderr
    assert f"{name} can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert left_in(tmp_path) == ["small.cnns"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_leaves_nothing_behind(ending, file, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "cnnstudio", "export", "small.cnns", "-o", "small.pt2"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 200
    while len(left_in(tmp_path)) == 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert any(name.startswith(".small.pt2.exporting-") for name in left_in(tmp_path))
    process.send_signal(ending)
    _, told = process.communicate(timeout=200)
    assert process.returncode == 128 + ending
    assert "Traceback" not in told
    assert left_in(tmp_path) == ["small.cnns"]


def test_what_a_killed_export_left_is_swept_away_by_the_next(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".a.pt2.exporting-{gone.pid}-x").mkdir()
    (tmp_path / ".a.pt2.exporting-1-x").mkdir()  # of a process that lives
    sweep(tmp_path / "a.pt2")
    assert left_in(tmp_path) == [".a.pt2.exporting-1-x"]


def test_files_appear_together_or_not_at_all(tmp_path):
    with staged(tmp_path / "a.py") as file:
        file.write_text("new")
        file.with_suffix(".safetensors").write_text("new")
        assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    assert left_in(tmp_path) == ["a.py", "a.safetensors"]
    (tmp_path / "b.py").mkdir()
    with pytest.raises(ExportError, match="can't be written"), staged(tmp_path / "b.py") as file:
        file.write_text("new")
    assert left_in(tmp_path) == ["a.py", "a.safetensors", "b.py"]
