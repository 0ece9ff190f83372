"""The weights alone, as a state dict."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file

from cnnstudio.deploy.network import Network
from cnnstudio.deploy.source import source_of
from cnnstudio.deploy.writers import Options, Written


def write(network: Network, path: Path, options: Options) -> Written:
    """Writes the state dict. The proof loads it into the class that the network's code defines."""
    write_weights(network, path)
    source, class_name = source_of(network)
    return Written(options={"source": source, "class_name": class_name})


def write_weights(network: Network, path: Path) -> None:
    """Raises OSError if the disk refuses."""
    tensors = {}
    seen = set()
    for name, tensor in network.model.state_dict().items():
        # Two names of the same memory can't be stored.
        shared = tensor.data_ptr() in seen
        seen.add(tensor.data_ptr())
        tensors[name] = tensor.detach().clone() if shared else tensor.detach().contiguous()
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # it wraps what the disk said
        raise OSError(str(error)) from None
