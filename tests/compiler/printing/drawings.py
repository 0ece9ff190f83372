"""Random projects with blocks, for property tests."""

from typing import Any

from hypothesis import strategies as st

from cnnstudio.graph import BlockParameter, Edge, Network, Node, Project

CONDITIONS = [
    "=stride == 1", "=in_channels == width", "=stride != 1 or in_channels != width",
    "=index == 0", "=index == repeat - 1", "=flag", "=not flag",
]  # fmt: skip
WIDTHS = ["=width", "=in_channels", "=width * 2", "=width + 4", 4, 8]


class Drawing:
    """A network that grows node by node; `values` are what later nodes may read."""

    def __init__(self, draw: Any, in_block: bool) -> None:
        self.draw = draw
        self.in_block = in_block
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.values: list[tuple[str, int]] = []

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def add(self, kind: str, sources: list[tuple[str, int]], outputs: int = 1, **more: Any) -> Any:
        number = len(self.nodes)
        base = "image" if kind == "Input" else kind.removeprefix("block:").lower()
        id = self.pick([base, base, "x", "out", "block", "shortcut"])
        id += f"_{number}" if number else ""
        self.nodes.append(Node(id=id, kind=kind, name=id, **more))
        for port, (source, source_port) in enumerate(sources):
            self.edges.append(
                Edge(source=source, source_port=source_port, target=id, target_port=port)
            )
        given = [(id, port) for port in range(outputs)]
        self.values += given
        return given[0] if given else None

    def value(self) -> tuple[str, int]:
        return self.pick(self.values[-3:])

    def conv(self, source: Any, width: Any, **more: Any) -> Any:
        size = self.pick([1, 3])
        return self.add("Conv2d", [source], parameters={"out_channels": width, "kernel_size": size,
                                                        "padding": "same"}, **more)  # fmt: skip

    def width(self) -> Any:
        return self.pick(WIDTHS if self.in_block else [4, 8])

    def bypass(self) -> Any:
        if not self.in_block:
            return self.pick([False, False, False, True])
        return self.pick([False, False, False, True, *CONDITIONS])

    def grow(self, blocks: list[Network]) -> None:
        choices = ["conv", "norm", "act", "add", "cat", "depthwise", "share", "gate"]
        match self.pick(choices + ["block"] * (5 if blocks else 0)):
            case "conv":
                source = self.value()
                same = self.pick([True, False])
                self.conv(source, self.width(), **({} if same else {"bypass": self.bypass()}))
            case "norm":
                self.add("BatchNorm2d", [self.value()], bypass=self.bypass())
            case "act":
                self.add(self.pick(["ReLU", "Sigmoid"]), [self.value()], bypass=self.bypass())
            case "add":
                width = self.width()
                parts = [self.conv(self.value(), width) for _ in range(self.pick([1, 2]))]
                other = parts[-1] if len(parts) > 1 else self.add("ReLU", [parts[0]])
                self.add("Add", [parts[0], other], bypass=self.bypass())
            case "cat":
                self.add("Concatenate", [self.value(), self.value()], bypass=self.bypass())
            case "depthwise":
                self.add("DepthwiseConv2d", [self.value()], parameters={"multiplier": 2})
            case "gate":
                value = self.value()
                self.add("Multiply", [value, self.add("Sigmoid", [value])], bypass=self.bypass())
            case "share":
                first = self.conv(self.value(), 4)
                again = self.conv(first, 4)
                self.add("Conv2d", [again], shares=again[0])
            case "block":
                self.use(self.pick(blocks))

    def use(self, network: Network) -> None:
        names = {parameter.name for parameter in network.parameters}
        parameters: dict[str, Any] = {}
        if "width" in names and self.pick([True, False]):
            parameters["width"] = self.width()
        if "flag" in names and self.pick([True, False]):
            parameters["flag"] = self.pick([True, False])
        if "stride" in names and self.pick([True, False]):
            parameters["stride"] = self.pick([1, 2] + (["=stride"] if self.in_block else []))
        kinds = [node.kind for node in network.nodes]
        if kinds.count("Output") == 1 and self.pick([True, False]):
            parameters["repeat"] = self.pick([0, 1, 2, 3, 4] + (["=stride"] * self.in_block))
        inputs = [self.value() for _ in range(kinds.count("Input"))]
        self.add(f"block:{network.name}", inputs, kinds.count("Output"), parameters=parameters)

    def network(self, name: str) -> Network:
        return Network(name=name, nodes=tuple(self.nodes), edges=tuple(self.edges))


@st.composite
def blocks(draw: Any, name: str, inner: list[Network]) -> Network:
    drawing = Drawing(draw, in_block=True)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        drawing.add("Input", [], parameters={"shape": [4, 8, 8]})
    for _ in range(draw(st.integers(1, 5))):
        drawing.grow(inner)
    if inner:
        drawing.use(inner[-1])
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        drawing.add("Output", [drawing.value()], 0)
    return drawing.network(name).model_copy(
        update={
            "parameters": (
                BlockParameter(name="width", default=draw(st.sampled_from([4, 8]))),
                BlockParameter(name="stride", default=1),
                BlockParameter(name="flag", default=draw(st.booleans())),
            )
        }
    )


@st.composite
def projects(draw: Any) -> Project:
    made: list[Network] = []
    for number in range(draw(st.integers(0, 2))):
        made.append(draw(blocks(f"Block{number}", list(made))))
    main = Drawing(draw, in_block=False)
    main.add("Input", [], parameters={"shape": [draw(st.sampled_from([3, 4])), 8, 8]})
    for block in [*made, *made[-1:]]:
        main.use(block)
        main.grow(made)
    for _ in range(draw(st.integers(0, 2))):
        main.grow([])
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        main.add("Output", [main.value()], 0)
    return Project(name="random", networks=(main.network("main"), *made))
