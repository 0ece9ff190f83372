"""What a layer kind is: a target, its arguments, and the tensors it takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnstudio.graph import ProblemError
from cnnstudio.layers.declaration import Declaration, Parameter, Shape, parameters_of, told_for

Call = Literal["module", "function", "fold", "list", "input", "output", "block"]
# From parameters and input shapes (without the batch dimension) to one constructor argument.
Inference = Callable[[dict[str, Any], Sequence[Shape]], Any]
# From a module to a value that it was made with.
Reader = Callable[[Any], Any]
# A text, or one for each number of dimensions of a family.
Text = str | Mapping[int, str]

LAYOUT_KEEPERS = ("Activation", "Normalisation", "Regularisation")
TOKEN_CATEGORIES = ("Attention", "Recurrent")  # (N, L, features), not (N, channels, L)

registered: dict[str, LayerKind] = {}


@dataclass(frozen=True, repr=False)
class Named:
    """An argument that is itself something in torch, such as a class; `name` is dotted."""

    name: str

    def __repr__(self) -> str:
        return self.name.replace("torch.nn.", "nn.", 1)


# Equal only to itself, so that what was found about a kind can be looked up by it.
@dataclass(frozen=True, eq=False)
class LayerKind(Declaration):
    """One kind of layer.

    `call` says how the target is used: a `module` is constructed and called on the inputs; a
    `function` is called on inputs and arguments; a `fold` joins its inputs two by two; a `list`
    takes them as one list; `input` and `output` are the network's ends; a `block` is a network.
    `ranks` counts the dimensions that an input may have, the batch included; empty means any. A
    `variadic` kind takes `fewest_inputs` wires or more. One with `features_last` works on the last
    dimension, which of a feature map is its width and hardly what is meant.

    Of a target that gives several tensors, `picks` says where each output is found in its result:
    `(1, 0)` is `result[1][0]`. How many outputs there are may follow from the parameters
    (`outputs_from`, a count). `call_arguments` are passed to a module when it is called, not when
    it is made. At its `index_inputs` (port numbers) a kind reads whole numbers: what comes in there
    is made such before.
    `examples` are input shapes (without the batch) on which the kind's own defaults work; without
    them any shape of the right rank does. A kind that is not `differentiable` passes no gradient to
    its inputs; of one that is, inputs that only decide something (`gates`) get none.
    `tokens` says of one for images that it gives tokens: features last.

    `reads` says how an argument is read back from a module that was made with it, where it isn't
    the attribute of that name. `common` kinds stand first in the palette; `also_called` are other
    names that people search for.
    """

    call: Call = "module"
    ranks: tuple[int, ...] = ()
    inputs: tuple[str, ...] = ("input",)
    outputs: tuple[str, ...] = ("output",)
    variadic: bool = False
    fewest_inputs: int = 2
    curve: bool = False
    features_last: bool = False
    inferences: Mapping[str, Inference] | None = None
    hidden: tuple[str, ...] = ()
    picks: tuple[tuple[int, ...], ...] = ()
    outputs_from: Callable[[dict[str, Any]], int] | None = None
    call_arguments: Mapping[str, Any] | None = None
    examples: tuple[tuple[Shape, ...], ...] = ()
    index_inputs: tuple[int, ...] = ()
    differentiable: bool = True
    tokens: bool = False
    gates: tuple[int, ...] = ()
    reads: Mapping[str, Reader] | None = None
    common: bool = False
    also_called: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a card and a message call this kind."""
        return self.title if self.call == "block" else self.kind

    def output_names(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """The output ports of a node with these parameters; wrong ones count as the defaults."""
        if self.outputs_from is None:
            return self.outputs
        try:
            count = self.outputs_from(self.validate(parameters))
        except ProblemError:
            count = self.outputs_from(self.defaults())
        return tuple(f"{self.outputs[0]} {number}" for number in range(1, count + 1))

    def pick(self, port: int, count: int) -> tuple[int, ...]:
        """Where output `port` of `count` is found in the target's result."""
        if self.picks:
            return self.picks[port]
        return () if count == 1 and self.outputs_from is None else (port,)

    def reads_indices(self, inputs: int) -> list[bool]:
        """For each of so many inputs, whether whole numbers are read there."""
        return [port in self.index_inputs for port in range(inputs)]

    @property
    def spatial(self) -> bool:
        """Whether it takes and gives feature maps: channels first, then places."""
        tokens = self.tokens or (self.category in TOKEN_CATEGORIES and self.ranks == (3,))
        return self.call == "module" and min(self.ranks, default=0) >= 3 and not tokens

    @property
    def keeps_layout(self) -> bool:
        """Whether the dimensions of its output mean what those of its input do."""
        return self.call in ("fold", "list") or self.category in LAYOUT_KEEPERS

    def arguments(self, parameters: Mapping[str, Any], shapes: Sequence[Shape]) -> dict[str, Any]:
        """The target's keyword arguments, for inputs of these shapes (without the batch).

        Raises ProblemError if a parameter is not valid.
        """
        values = self.validate(parameters)
        inferred = {name: infer(values, shapes) for name, infer in (self.inferences or {}).items()}
        kept = {
            parameter.name: _as_written(parameter, values[parameter.name])
            for parameter in self.parameters
            if parameter.name not in self.hidden
        }
        return {**inferred, **kept, **{k: v for k, v in inferred.items() if k in kept}}


def layer(
    title: str,
    *,
    category: str,
    target: str,
    icon: Text,
    reference: Text = "",
    dimensions: Sequence[int] = (),
    call: Call = "module",
    ranks: Sequence[int] | Mapping[int, Sequence[int]] = (),
    inputs: Sequence[str] = ("input",),
    outputs: Sequence[str] = ("output",),
    variadic: bool = False,
    fewest_inputs: int = 2,
    curve: bool = False,
    features_last: bool = False,
    formula: Text = "",
    used_in: Text = "",
    inferred: Mapping[str, Inference] | None = None,
    hidden: Sequence[str] = (),
    picks: Sequence[tuple[int, ...]] = (),
    outputs_from: Callable[[dict[str, Any]], int] | None = None,
    call_arguments: Mapping[str, Any] | None = None,
    examples: Sequence[Sequence[Shape]] | Mapping[int, Sequence[Sequence[Shape]]] = (),
    index_inputs: Sequence[int] = (),
    differentiable: bool = True,
    tokens: bool = False,
    gates: Sequence[int] = (),
    reads: Mapping[str, Reader] | None = None,
    common: bool | Sequence[int] = False,
    also_called: Sequence[str] = (),
) -> Callable[[type], type]:
    """Declares a layer kind named after the decorated class; its docstring is the help text.

    `inferred` gives arguments that follow from the wire; `hidden` names parameters that only
    inferences read. The `reference` of something in torch is its page there, if none is given.

    With `dimensions` it declares a family, one kind for each: `Conv` with (2, 1, 3) gives Conv2d,
    Conv1d and Conv3d, `{n}` in title and target standing for the number (see `WORDS` for more).
    Icon, used_in, formula, reference, ranks and examples may then be mappings by dimension, and
    `common` says which of them are.
    """

    def register(cls: type) -> type:
        for n in dimensions or (0,):

            def told(text: Text, n: int = n) -> str:
                return told_for(n, _of(text, n)) if n else _of(text, n)

            # A class may end with an underscore where its plain name is taken: Dropout, Dropout_.
            base = cls.__name__.rstrip("_")
            name = f"{base}{n}d" if n else base
            registered[name] = LayerKind(
                kind=name,
                title=told(title),
                category=category,
                target=told(target),
                doc=told(" ".join((cls.__doc__ or "").split())),
                parameters=parameters_of(cls, n or 1),
                icon=told(icon),
                formula=told(formula),
                used_in=told(used_in),
                reference=told(reference) or torch_page(told(target)),
                call=call,
                ranks=tuple(_of(ranks, n)) or ((n + 2,) if n else ()),
                inputs=tuple(inputs),
                outputs=tuple(outputs),
                variadic=variadic,
                fewest_inputs=fewest_inputs,
                curve=curve,
                features_last=features_last,
                inferences=dict(inferred or {}),
                hidden=tuple(hidden),
                picks=tuple(picks),
                outputs_from=outputs_from,
                call_arguments=dict(call_arguments or {}),
                examples=tuple(tuple(shapes) for shapes in _of(examples, n)),
                index_inputs=tuple(index_inputs),
                differentiable=differentiable,
                tokens=tokens,
                gates=tuple(gates),
                reads=dict(reads or {}),
                common=common if isinstance(common, bool) else n in common,
                also_called=tuple(also_called),
            )
        return cls

    return register


def _of(value: Any, dimensions: int) -> Any:
    """What a family's member has of a value that may be told for each."""
    return value[dimensions] if isinstance(value, Mapping) else value


def torch_page(target: str) -> str:
    """The page of torch's or torchvision's documentation on a target; empty for anything else."""
    for package, site in (("torch.", "docs"), ("torchvision.", "vision")):
        if target.startswith(package):
            return f"https://docs.pytorch.org/{site}/stable/generated/{target}.html"
    return ""


def _as_written(parameter: Parameter, value: Any) -> Any:
    """The value as one writes it in torch: a size of equal numbers is one number."""
    if parameter.type in ("size", "sides") and isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


def channels(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    """The size of the first dimension after the batch."""
    return shapes[0][0]


def always(value: Any) -> Inference:
    """An argument that is the same for each node."""
    return lambda _, shapes: value


def named(parameter: str, package: str = "torch.nn.") -> Inference:
    """An argument that is the class whose name was chosen in a parameter; None for `none`."""

    def infer(values: dict[str, Any], _: Sequence[Shape]) -> Named | None:
        chosen = values[parameter]
        return None if chosen == "none" else Named(package + chosen)

    return infer


def features(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    """The size of the last dimension."""
    return shapes[0][-1]
