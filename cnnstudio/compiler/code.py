"""From a graph to PyTorch source: a file that defines the same network with plain torch."""

from __future__ import annotations

from cnnstudio.compiler.build import class_name, sound
from cnnstudio.compiler.printing.constructor import constructor
from cnnstudio.compiler.printing.define import define
from cnnstudio.compiler.printing.definition import Definition
from cnnstudio.compiler.printing.demand import Variant, variants
from cnnstudio.compiler.printing.describe import class_doc, file_doc
from cnnstudio.compiler.printing.forward import Forward
from cnnstudio.compiler.printing.sources import Import, Needs
from cnnstudio.compiler.trace import Trace
from cnnstudio.graph import Project
from cnnstudio.layers import LayerKind
from cnnstudio.layers.lookup import kind_of


def code(project: Project) -> str:
    """A complete Python file that needs torch only (and torchvision for its layers).

    Each block is a class, the network the last one. It builds the same modules under the same names
    as `build`, so a state dict of the one loads into the other. Layers that are not torch's are
    printed along. Raises ProblemError if the network has errors.
    """
    found = sound(project)
    needs = Needs()
    needs.imports.update((Import("torch", "Tensor"), Import("torch", "nn")))
    needed = variants(found)
    kinds = {variant: _kinds(found, variant) for variant in needed}
    for of_nodes in kinds.values():
        for kind in of_nodes.values():
            if kind.call == "module":
                needs.reference(kind)
    definitions: dict[Variant, Definition] = {}
    taken = {class_name(project.name)}
    for variant in needed:
        is_main = not variant.uses[0].use.path
        name = class_name(project.name if is_main else variant.network.name)
        if not is_main:
            name = _free(name, taken | needs.names)
        taken.add(name)
        definitions[variant] = define(found, variant, name, kinds[variant], definitions)
    forwards = {
        variant: Forward(found, definition, kinds[variant], needs)
        for variant, definition in definitions.items()
    }
    for forward in forwards.values():
        forward.prepare()
    classes: list[str] = []
    for variant, definition in definitions.items():
        made = constructor(definition, kinds[variant], needs, forwards[variant].stored)
        lines = [
            f"class {definition.class_name}(nn.Module):",
            *class_doc(found, definition),
            "",
            *made,
            *([""] if made else []),
            *forwards[variant].lines(taken),
        ]
        classes.append("\n".join(lines))
    head = [*file_doc(project), "", *needs.import_lines()]
    return "\n\n\n".join(["\n".join(head), *needs.pieces.values(), *classes]) + "\n"


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}{number}", number + 1
    return free


def _kinds(found: Trace, variant: Variant) -> dict[str, LayerKind]:
    kinds = {}
    for id in variant.nodes:
        kind = kind_of(found.project, variant.network.node(id).kind)
        assert kind is not None, "the trace found it"
        kinds[id] = kind
    return kinds
