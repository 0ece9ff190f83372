"""Projects small enough that a run takes a second."""

from typing import Any

from cnnstudio.graph import Component, DataSettings, Edge, Network, Node, Project, TrainingSettings


def chain(*layers: tuple[str, str, dict[str, Any]]) -> Network:
    """A network of layers (kind, name, parameters), each wired to the next."""
    nodes = [
        Node(id=f"n{index}", kind=kind, name=name, parameters=parameters)
        for index, (kind, name, parameters) in enumerate(layers)
    ]
    edges = [Edge(source=f"n{index}", target=f"n{index + 1}") for index in range(len(nodes) - 1)]
    return Network(nodes=tuple(nodes), edges=tuple(edges))


def project(network: Network, **settings: Any) -> Project:
    """A project on digits; `settings` are those of the training."""
    given = {"epochs": 3, "batch_size": 64, "threads": 1} | settings
    return Project(
        name="small",
        networks=(network,),
        data=DataSettings(dataset="digits"),
        training=TrainingSettings(**given),
    )


def small(size: int = 8, **settings: Any) -> Project:
    """A convolution, batch normalisation, dropout, a linear layer."""
    network = chain(
        ("Input", "image", {"shape": [1, size, size]}),
        ("Conv2d", "conv", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("BatchNorm2d", "norm", {}),
        ("ReLU", "relu", {}),
        ("Flatten", "flat", {}),
        ("Dropout", "drop", {"p": 0.3}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    return project(network, **settings)


def lenet(**settings: Any) -> Project:
    """LeNet-5 with ReLU and max pooling on digits resampled to 28×28."""
    network = chain(
        ("Input", "image", {"shape": [1, 28, 28]}),
        ("Conv2d", "conv1", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
        ("ReLU", "relu1", {}),
        ("MaxPool2d", "pool1", {"kernel_size": 2}),
        ("Conv2d", "conv2", {"out_channels": 16, "kernel_size": 5, "padding": 0}),
        ("ReLU", "relu2", {}),
        ("MaxPool2d", "pool2", {"kernel_size": 2}),
        ("Flatten", "flat", {}),
        ("Linear", "fc1", {"out_features": 120}),
        ("ReLU", "relu3", {}),
        ("Linear", "fc2", {"out_features": 84}),
        ("ReLU", "relu4", {}),
        ("Linear", "fc3", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    return project(network, **settings)


def sgd(momentum: float = 0.9) -> Component:
    return Component(kind="SGD", parameters={"momentum": momentum})
