"""Run by torchrun in each of its processes: trains the runs that a file lists, one after another.

The file holds JSON: for each run its project file, its folder, and whether it is to go on. In the
last one the second process alone lacks the memory for a batch.
"""

import json
import os
import sys
from pathlib import Path

import torch

import cnnstudio as cs
from cnnstudio.graph import load
from cnnstudio.training import loop

runs = json.loads(Path(sys.argv[1]).read_text())
for number, (project, folder, resume) in enumerate(runs):
    if number == len(runs) - 1 and os.environ["RANK"] == "1":
        loop.seed_step = lambda *_: torch.empty(2**50)
    cs.train(load(project), folder, resume=resume)
