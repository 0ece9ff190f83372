"""A kernel process with questions that sleep, fail and die, to try the client on.

Everything but the questions, which need no torch, is the real kernel. `python stand_in.py FOLDER`
notes in FOLDER what it was asked.
"""

import os
import signal
import sys
import time
from pathlib import Path

from cnnstudio.graph import ProblemError
from cnnstudio.kernel import server

FOLDER = Path(sys.argv[1])


def check(do, progress=None, **arguments):
    with (FOLDER / "asked").open("a") as notes:
        notes.write(f"{do} {arguments}\n")
    return globals()[f"do_{do}"](progress=progress, **arguments)


def do_echo(value, progress):
    return value


def do_sleep(seconds, progress):
    time.sleep(seconds)
    return "slept"


def do_double(array, progress):
    return {"array": array * 2}


def do_problem(progress):
    raise ProblemError("Linear 'fc1' gets 3 dimensions", node="fc1", hint="add a Flatten")


def do_mistake(progress):
    raise ZeroDivisionError("division by zero")


def do_unsendable(progress):
    return object()


def do_print(progress):
    print("noise on stdout")
    os.system("echo more noise")
    return "printed"


def do_progress(progress):
    progress(0.5, "half way")
    progress(None, "nearly")
    return "done"


def do_long(progress):
    for step in range(1000):
        progress(step / 1000, "working")
        time.sleep(0.05)


def do_die(progress):
    print("out of memory, as it were", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def do_die_once(progress):
    if not (FOLDER / "died").exists():
        (FOLDER / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def do_interrupt(progress):
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


if __name__ == "__main__":
    server.main(find=lambda name: check, load=lambda: None)
