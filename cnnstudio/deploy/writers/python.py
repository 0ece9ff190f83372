"""A Python file that defines the network with plain torch, its weights beside it."""

from __future__ import annotations

from pathlib import Path

from cnnstudio.deploy.network import Network
from cnnstudio.deploy.source import source_of
from cnnstudio.deploy.writers import Options, Written
from cnnstudio.deploy.writers.safetensors import write_weights

LOAD = '''

def load() -> {name}:
    """The network with the weights of the file beside this one, in evaluation mode."""
    import pathlib

    from safetensors.torch import load_file

    model = {name}()
    model.load_state_dict(load_file(pathlib.Path(__file__).with_suffix(".safetensors")))
    return model.eval()
'''


def write(network: Network, path: Path, options: Options) -> Written:
    """Writes the source with a function `load`, and the weights that it loads."""
    source, name = source_of(network)
    path.write_text(source.rstrip("\n") + "\n" + LOAD.format(name=name), "utf-8", newline="\n")
    write_weights(network, path.with_suffix(".safetensors"))
    warnings = []
    if not path.stem.isidentifier():
        warnings.append(
            f"'{path.stem}' is not a name that Python can import; rename both files to import it."
        )
    return Written(warnings=tuple(warnings))
