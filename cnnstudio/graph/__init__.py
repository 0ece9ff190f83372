"""The document: projects, networks, edits and the project file. No torch, no Qt."""

from cnnstudio.graph.document import Changed, Document
from cnnstudio.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Group,
    Move,
    Paste,
    RemoveNode,
    Rename,
    SetParameter,
    SetSetting,
    edit_adapter,
    insert_on_edge,
    remove_and_heal,
)
from cnnstudio.graph.errors import (
    CnnStudioError,
    DataError,
    ExplanationError,
    KernelError,
    ProblemError,
    ProjectFileError,
    RunError,
)
from cnnstudio.graph.file import dumps, load, loads, save
from cnnstudio.graph.model import Edge, Network, Node, Project
from cnnstudio.graph.problems import Fix, Problem, is_valid_name, problem_on, structural_problems
from cnnstudio.graph.settings import Component, DataSettings, TrainingSettings

__all__ = [
    "AddNode",
    "Changed",
    "CnnStudioError",
    "Component",
    "Connect",
    "DataError",
    "DataSettings",
    "Disconnect",
    "Document",
    "Edge",
    "Edit",
    "ExplanationError",
    "Fix",
    "Group",
    "KernelError",
    "Move",
    "Network",
    "Node",
    "Paste",
    "Problem",
    "ProblemError",
    "Project",
    "ProjectFileError",
    "RemoveNode",
    "Rename",
    "RunError",
    "SetParameter",
    "SetSetting",
    "TrainingSettings",
    "dumps",
    "edit_adapter",
    "insert_on_edge",
    "is_valid_name",
    "load",
    "loads",
    "problem_on",
    "remove_and_heal",
    "save",
    "structural_problems",
]
