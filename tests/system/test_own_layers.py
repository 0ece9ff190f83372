"""A network with a user's own layer, trained by the real trainer and evaluated from its folder."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import cnnstudio as cs
from cnnstudio.graph import Edge, Node
from cnnstudio.layers.own import consent
from tests import command

LAYER = '''
from torch import nn


class Scaled(nn.Module):
    """Multiplies by a learned number for each channel."""

    def __init__(self, num_features: int):
        super().__init__()
        self.linear = nn.Linear(num_features, num_features)

    def forward(self, x):
        return self.linear(x)
'''


def test_a_run_with_a_layer_of_ones_own_is_complete(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    file = tmp_path / "mine.py"
    file.write_text(LAYER)
    project = cs.template("mlp")
    network = project.network
    [last] = [edge for edge in network.edges if network.node(edge.target).kind == "Output"]
    nodes = (*network.nodes, Node(id="own", kind="user:mine.Scaled", name="own"))
    edges = [edge for edge in network.edges if edge != last]
    edges += [Edge(source=last.source, target="own"), Edge(source="own", target=last.target)]
    project = cs.add_layers(project.with_network(network.replace(nodes, edges)), file)
    cs.save(project, tmp_path / "p.cnns")

    run = partial(command.run, folder=tmp_path)
    train = ("train", "p.cnns", "--run-dir", "run", "--set", "training.epochs=1")
    refused = run(*train)
    assert refused.returncode == 1
    assert "needs code that has not been allowed to run" in refused.stderr

    assert run("allow", "p.cnns", "--yes").returncode == 0
    file.unlink()  # the project and the run hold the text themselves
    done = run(*train)
    assert done.returncode == 0, done.stderr
    # Another user has allowed nothing, and can look at the run's code.
    consent.store().unlink()
    refused = run("evaluate", "run")
    assert (refused.returncode, "allowed" in refused.stderr) == (1, True)
    assert run("allow", "run", "--yes").returncode == 0
    summary = json.loads(run("evaluate", "run", "--json").stdout)
    assert summary["samples"] > 100 and summary["accuracy"] > 0.5
