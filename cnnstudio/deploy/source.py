"""The network's PyTorch source."""

from __future__ import annotations

import ast

from cnnstudio.compiler.build import class_name
from cnnstudio.compiler.code import code
from cnnstudio.deploy.network import Network


def source_of(network: Network) -> tuple[str, str]:
    """The text of a Python file, and the name of the class in it that is the whole network."""
    source = code(network.project)
    classes = [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    expected = class_name(network.project.name)
    return source, expected if expected in classes else classes[-1]
