"""The client against real kernel processes: answers, order, errors, deaths, endings."""

import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnnstudio.graph import KernelError, ProblemError
from cnnstudio.kernel.client import Kernel

STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def command(tmp_path):
    return [sys.executable, str(STAND_IN), str(tmp_path)]


@pytest.fixture
def kernel(tmp_path, command):
    with Kernel(command, log=tmp_path / "kernel.log") as kernel:
        yield kernel


def eventually(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_a_question_is_answered(kernel):
    assert kernel.ask("check", do="echo", value={"a": [1, None]}).result(30) == {"a": [1, None]}


def test_arrays_go_both_ways(kernel):
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    answer = kernel.ask("check", do="double", array=array).result(30)
    assert np.array_equal(answer["array"], array * 2)


def test_large_messages_go_both_ways(kernel):
    array = np.random.default_rng(0).integers(0, 255, 20_000_000, dtype=np.uint8)
    answer = kernel.ask("check", do="echo", value=array).result(30)
    assert np.array_equal(answer, array)


def test_a_problem_comes_back_as_the_problem_it_was(kernel):
    with pytest.raises(ProblemError, match="fc1") as caught:
        kernel.ask("check", do="problem").result(30)
    assert (caught.value.node, caught.value.hint) == ("fc1", "add a Flatten")


def test_a_mistake_in_a_question_is_told_and_the_kernel_lives_on(kernel, tmp_path):
    with pytest.raises(KernelError, match="ZeroDivisionError"):
        kernel.ask("check", do="mistake").result(30)

    assert kernel.ask("check", do="echo", value=1).result(30) == 1
    assert kernel.starts == 1
    assert "Traceback" in (tmp_path / "kernel.log").read_text()


def test_an_answer_that_can_not_be_sent_is_an_error(kernel):
    with pytest.raises(KernelError, match="object can't be sent"):
        kernel.ask("check", do="unsendable").result(30)


def test_an_argument_that_can_not_be_sent_is_an_error(kernel):
    with pytest.raises(KernelError, match="can't be asked"):
        kernel.ask("check", do="echo", value=object()).result(30)
    assert kernel.ask("check", do="echo", value=1).result(30) == 1


def test_an_unknown_question_is_refused_at_once(kernel):
    with pytest.raises(KernelError, match="no question 'chekc'"):
        kernel.ask("chekc")


def test_what_libraries_print_does_not_disturb_answers(kernel, tmp_path):
    assert kernel.ask("check", do="print").result(30) == "printed"
    assert "more noise" in (tmp_path / "kernel.log").read_text()


def test_progress_is_told_before_the_answer(kernel):
    told = []
    answer = kernel.ask("check", on_progress=lambda *news: told.append(news), do="progress")
    assert answer.result(30) == "done"
    assert told == [(0.5, "half way"), (None, "nearly")]


def test_a_slow_picture_does_not_delay_shapes(kernel):
    slow = kernel.ask("explain", do="sleep", seconds=60)
    assert kernel.ask("check", do="echo", value="shapes").result(30) == "shapes"
    assert not slow.done()


def test_a_newer_question_supersedes_those_not_sent_yet(kernel, tmp_path):
    first = kernel.ask("check", key="shapes", do="sleep", seconds=0.5)
    eventually(first.running)
    older = kernel.ask("check", key="shapes", do="echo", value="older")
    other = kernel.ask("check", key="other", do="echo", value="other")
    newer = kernel.ask("check", key="shapes", do="echo", value="newer")

    assert newer.result(30) == "newer"
    assert first.result(0) == "slept" and other.result(0) == "other"
    assert older.cancelled()
    assert "older" not in (tmp_path / "asked").read_text()


def test_a_cancelled_question_is_never_asked(kernel, tmp_path):
    first = kernel.ask("check", do="sleep", seconds=0.3)
    eventually(first.running)
    unwanted = kernel.ask("check", do="echo", value="unwanted")
    unwanted.cancel()
    assert kernel.ask("check", do="echo", value=1).result(30) == 1
    assert "unwanted" not in (tmp_path / "asked").read_text()


def test_a_killed_kernel_is_replaced_and_asked_again(kernel):
    answer = kernel.ask("check", do="sleep", seconds=0.5)
    waiting = kernel.ask("check", do="echo", value="after")
    eventually(answer.running)
    killed = kernel.pid
    psutil.Process(killed).kill()

    assert answer.result(30) == "slept" and waiting.result(30) == "after"
    assert kernel.starts == 2 and kernel.pid != killed


def test_a_kernel_killed_while_idle_is_replaced_at_once(kernel):
    kernel.ask("check", do="echo", value=1).result(30)
    psutil.Process(kernel.pid).kill()
    eventually(lambda: kernel.starts == 2)
    assert kernel.ask("check", do="echo", value=2).result(30) == 2


def test_a_question_that_kills_the_kernel_once_is_answered(kernel):
    assert kernel.ask("check", do="die_once").result(30) == "alive"


def test_a_question_that_always_kills_the_kernel_fails_and_the_next_is_answered(kernel):
    deadly = kernel.ask("check", do="die")
    with pytest.raises(KernelError, match="stopped 3 times while it answered 'check'") as caught:
        deadly.result(60)
    assert "out of memory" in caught.value.message
    assert kernel.ask("check", do="echo", value="next").result(30) == "next"
    assert kernel.starts == 4


def test_a_kernel_that_can_not_start_is_an_error_not_an_endless_loop(tmp_path):
    with Kernel([sys.executable, "-c", "raise SystemExit('broken')"], tmp_path / "log") as kernel:
        with pytest.raises(KernelError, match="broken"):
            kernel.ask("check", do="echo", value=1).result(30)
        starts = kernel.starts
        time.sleep(0.5)
        assert kernel.starts == starts


def test_a_missing_program_is_an_error(tmp_path):
    with (
        Kernel([str(tmp_path / "no-such-python")], tmp_path / "log") as kernel,
        pytest.raises(KernelError, match="can't be started"),
    ):
        kernel.ask("check", do="echo", value=1).result(30)


def test_garbage_on_its_stdout_is_a_death_like_any_other(tmp_path):
    garbage = "import sys, time; print('garbage ' * 10, flush=True); time.sleep(60)"
    with (
        Kernel([sys.executable, "-c", garbage], tmp_path / "log") as kernel,
        pytest.raises(KernelError, match="stopped 3 times"),
    ):
        kernel.ask("check", do="echo", value=1).result(30)


def test_an_interrupt_from_the_terminal_does_not_stop_the_kernel(kernel):
    assert kernel.ask("check", do="interrupt").result(30) == "still here"
    assert kernel.starts == 1


def test_closing_ends_the_process_and_every_question(tmp_path, command):
    kernel = Kernel(command, tmp_path / "kernel.log")
    busy = kernel.ask("check", do="sleep", seconds=60)
    waiting = kernel.ask("check", do="echo", value=1)
    eventually(busy.running)
    process = psutil.Process(kernel.pid)
    begun = time.monotonic()
    kernel.close()

    assert time.monotonic() - begun < 3
    assert not process.is_running()
    with pytest.raises(KernelError, match="closed"):
        busy.result(0)
    with pytest.raises(CancelledError):
        waiting.result(0)
    with pytest.raises(KernelError, match="closed"):
        kernel.ask("check", do="echo", value=1)
    assert not [t for t in threading.enumerate() if t in (kernel._reader, kernel._writer)]
    kernel.close()


def test_a_busy_kernel_leaves_when_its_parent_is_killed(tmp_path, command):
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\n"
            "from cnnstudio.kernel.client import Kernel\n"
            "kernel = Kernel(sys.argv[2:], pathlib.Path(sys.argv[1]))\n"
            "kernel.ask('check', do='sleep', seconds=60)\n"
            "time.sleep(60)\n",
            str(tmp_path / "log"),
            *command,
        ]
    )
    eventually((tmp_path / "asked").exists, 40)
    [child] = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 3)


def test_the_client_loads_neither_torch_nor_qt():
    check = (
        "import sys, cnnstudio.kernel.client\n"
        "assert not {'torch', 'PySide6', 'captum'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], timeout=30).returncode == 0


def test_a_question_that_is_taken_back_stops_and_frees_its_lane(kernel):
    begun = threading.Event()
    long = kernel.ask("check", do="long", on_progress=lambda *_: begun.set())
    assert begun.wait(30)
    began = time.monotonic()

    kernel.cancel(long)

    assert kernel.ask("check", do="echo", value=1).result(10) == 1
    assert time.monotonic() - began < 5
    with pytest.raises(KernelError, match="taken back"):
        long.result(1)
    assert kernel.starts == 1


def test_a_waiting_question_that_is_taken_back_is_never_asked(kernel, tmp_path):
    sleeping = kernel.ask("check", do="sleep", seconds=0.5)
    waiting = kernel.ask("check", do="echo", value=2)

    kernel.cancel(waiting)

    sleeping.result(30)
    assert kernel.ask("check", do="echo", value=3).result(30) == 3
    assert "'value': 2" not in (tmp_path / "asked").read_text()
