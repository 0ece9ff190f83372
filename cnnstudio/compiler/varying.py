"""Images of any size: which layers forbid it, and in what steps the free sizes may change.

The network is gone through again with larger images, its weights as they were made.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.compiler import remedies
from cnnstudio.compiler.trace import Ref, Step, Trace, retrace
from cnnstudio.graph import Network, Problem, problem_on
from cnnstudio.layers.declaration import Shape

# An Input's `free` parameter: directions of its shape, channels being 0. Negative from the end.
FREE: dict[str, tuple[int, ...]] = {
    "none": (),
    "height": (-2,),
    "width": (-1,),
    "height and width": (-2, -1),
    "length": (-1,),
    "all": (),
}
STEPS = (1, 2, 4, 8, 16, 32, 64)


def free_directions(step: Step) -> tuple[int, ...]:
    """Which entries of an Input's shape are free."""
    rank, wish = len(step.shapes[0]), step.parameters_with_defaults.get("free", "none")
    if wish == "all":
        return tuple(range(1, rank))
    return tuple(rank + place for place in FREE[wish] if rank + place > 0)


def free_inputs(found: Trace) -> dict[str, tuple[int, ...]]:
    """The free directions of each Input that has some, by path."""
    inputs = [step for step in found.used if step.kind.call == "input"]
    return {step.path: free for step in inputs if (free := free_directions(step))}


def size_problems(found: Trace) -> list[Problem]:
    """Errors on what forbids another size; a note where only some sizes do."""
    free = free_inputs(found)
    if not free or len(found.outputs) < sum(n.kind == "Output" for n in found.network.nodes):
        return []
    refusing: list[Problem] = []
    for by in STEPS:
        # A little larger, and much: a pooling may round a small difference away.
        refusing = [
            problem
            for factor in (1, 2)
            for problem in retrace(found, _enlarged(found, free, by, factor)).problems
            if problem.severity == "error"
        ]
        if not refusing:
            return [] if by == 1 else [_only_in_steps(found, free, by)]
    by_node = {problem.node: problem for problem in refusing}
    return [_forbids(found, problem) for problem in by_node.values()]


def _enlarged(
    found: Trace, free: dict[str, tuple[int, ...]], by: int, factor: int
) -> dict[str, Shape]:
    shapes = {}
    for path, directions in free.items():
        shape = found.steps[path].shapes[0]
        shapes[path] = tuple(
            # The next multiple, so that a network that halves its maps gets even ones.
            (size * factor // by + 1) * by if place in directions else size
            for place, size in enumerate(shape)
        )
    return shapes


def _only_in_steps(found: Trace, free: dict[str, tuple[int, ...]], by: int) -> Problem:
    step = found.steps[next(iter(free))]
    return problem_on(
        step.node,
        f"'{step.path}' takes images of any size that is divisible by {by}.",
        f"Other sizes are refused: the network's branches need maps that can be halved. Fit "
        f"images to a multiple of {by}.",
        severity="info",
    )


def _forbids(found: Trace, problem: Problem) -> Problem:
    step = found.steps.get(problem.node or "")
    if step is None:
        return problem
    wanted = " and ".join("×".join(map(str, shape)) for shape in step.made_for)
    message = (
        f"{step.kind.label} '{step.path}' is made for {wanted}, so it can't take images of any size"
    )
    pooled = _last_map(found, step)
    fix = None
    hint = "Put an adaptive pooling before it, or fix the size at the Input."
    if pooled is not None and not problem.within:
        ref, network = pooled, found.network
        fix = _adaptive(found, network, ref)
    return problem.model_copy(update={"message": f"{message}.", "hint": hint, "fix": fix})


def _last_map(found: Trace, step: Step) -> Ref | None:
    """The feature maps, in the same network, that lead to this layer through layers without."""
    waiting = list(step.inputs)
    while waiting:
        ref = waiting.pop()
        source = found.steps[ref.path]
        if len(found.shape(ref)) >= 2 and source.kind.call != "input":
            return ref if "." not in ref.path else None
        waiting += source.inputs
    return None


def _adaptive(found: Trace, network: Network, ref: Ref) -> remedies.Fix | None:
    """Puts the adaptive pooling behind these maps that gives them the size they have now."""
    source = found.steps[ref.path]
    shape: Sequence[int] = found.shape(ref)
    wires = [edge for edge in network.outgoing(source.node.id) if edge.source_port == ref.port]
    if len(wires) != 1:
        return None
    kind = f"AdaptiveAvgPool{len(shape) - 1}d"
    return remedies.insert_before(network, wires[0], kind, {"output_size": list(shape[1:])})
