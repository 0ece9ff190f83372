"""Seconds to check and to build ResNet-152, beside torchvision's own constructor.

    python benchmarks/build.py [--template resnet152] [--rounds 5]

`cold` is the first shape check in a fresh process, after its imports: nothing is remembered yet.
torch itself imports sympy and its compiler when its meta kernels first run; `warm` is the same in
a process in which VGG-11 with batch normalisation was checked before, so that they are there.
`edit` is a check after a change in the middle of the network that was not seen before, `build`
makes the module of the checked network; beside it, in the same rounds, torchvision's constructor of
the same network. Limits: cold 1.5 s, edit 100 ms, build 1.3 times the constructor.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import torch
import torchvision

import cnnstudio as cs
from cnnstudio.graph import Project, SetParameter

LIMIT_COLD, LIMIT_EDIT, LIMIT_BUILD = 1.5, 0.1, 1.3
COLD = """
import time, torch, cnnstudio as cs, cnnstudio.compiler.check
project = cs.template({name!r})
if {warm}:
    assert cs.check(cs.template("vgg11_bn")).ok
start = time.perf_counter()
report = cs.check(project)
print(time.perf_counter() - start)
assert report.ok
"""


def cold(name: str, warm: bool = False) -> float:
    """Seconds of the first check of this network in a process of its own."""
    command = [sys.executable, "-c", COLD.format(name=name, warm=warm)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def edited(project: Project, number: int) -> Project:
    """The project with the channels of a block in its middle changed to a new number."""
    network = project.network
    blocks = [node for node in network.nodes if "channels" in node.parameters]
    node = blocks[len(blocks) // 2]
    value = node.parameters["channels"] + 8 * number
    edit = SetParameter(network=network.name, node_id=node.id, name="channels", value=value)
    return edit.apply(project)[0]


def seconds(action: object) -> float:
    start = time.perf_counter()
    assert callable(action)
    action()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--template", default="resnet152", help="a network that torchvision has")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    project = cs.template(arguments.template)
    constructor = getattr(torchvision.models, arguments.template)
    first = [cold(arguments.template) for _ in range(arguments.rounds)]
    warm = [cold(arguments.template, warm=True) for _ in range(arguments.rounds)]
    cs.check(project)
    edits, ours, theirs = [], [], []
    for number in range(1, arguments.rounds + 1):
        changed = edited(project, number)
        edits.append(seconds(lambda changed=changed: cs.check(changed)))
        ours.append(seconds(lambda: cs.build(project)))
        theirs.append(seconds(lambda: constructor(weights=None)))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    found = {
        "cold check (s)": (statistics.median(first), LIMIT_COLD),
        "check after an edit (s)": (statistics.median(edits), LIMIT_EDIT),
        "build / torchvision's constructor": (ratio, LIMIT_BUILD),
    }
    for what, (value, limit) in found.items():
        print(f"{arguments.template} {what:36} {value:8.3f}   limit {limit:g}")
    print(f"cold check without torch's late imports {statistics.median(warm):.3f} s")
    print(f"build {statistics.median(ours):.3f} s, constructor {statistics.median(theirs):.3f} s")
    return int(any(value > limit for value, limit in found.values()))


if __name__ == "__main__":
    sys.exit(main())
