"""The example in the guide works as it is printed."""

import re
from pathlib import Path

import torch

import cnnstudio as cs
from cnnstudio.graph import Node, insert_on_edge

GUIDE = Path(__file__).parents[3] / "docs" / "how-to-use-your-own-layers.md"


def test_the_guides_layer_works_as_it_says(tmp_path, monkeypatch, capsys):
    file, script = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("my_layers.py").write_text(file)
    names: dict = {}
    exec(script, names)
    assert capsys.readouterr().out == file + "\n"

    project = names["project"]
    network = project.network
    [wire] = [edge for edge in network.edges if network.node(edge.source).kind == "Conv2d"][:1]
    node = Node(id="gate", kind="user:my_layers.ChannelGate", name="gate")
    project, _ = insert_on_edge(network, node, wire).apply(project)
    report = cs.check(project)
    assert report.ok
    assert report.shapes["gate"] == report.shapes[network.node(wire.source).name]
    model = cs.build(project)
    assert type(model.gate).__name__ == "ChannelGate"
    assert model(torch.randn(2, 1, 28, 28)).shape == (2, 10)
