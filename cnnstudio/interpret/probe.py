"""A module in the place of any node, so that methods made for modules work on functions too."""

from __future__ import annotations

import copy

import torch
from torch import fx, nn

from cnnstudio.interpret.capture import node_named

PROBE = "explained_layer"


def with_probe(model: nn.Module, layer: str) -> tuple[nn.Module, nn.Module]:
    """The model with a module at the node `layer`, and that module: its output is the node's.

    The given model is left as it is; weights are shared with it. A node whose module is used
    several times is told apart from the other uses. Of a module that is no graph, the submodule
    itself is returned.
    """
    if not isinstance(model, fx.GraphModule):
        return model, model.get_submodule(layer)
    graph = copy.deepcopy(model.graph)
    probed = fx.GraphModule(model, graph)
    own = node_named(model, layer).name
    node = next(node for node in graph.nodes if node.name == own)
    name = PROBE
    while hasattr(probed, name):
        name += "_"
    probed.add_submodule(name, nn.Identity())
    with graph.inserting_after(node):
        probe = graph.call_module(name, (node,))
    with graph.inserting_after(probe):
        # What follows may work in place, and must not write over what the probe gave.
        copied = graph.call_function(torch.clone, (probe,))
    node.replace_all_uses_with(copied, delete_user_cb=lambda user: user is not probe)
    probed.recompile()
    return probed.train(model.training), probed.get_submodule(name)
