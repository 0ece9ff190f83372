"""A program for `torch.export.load`."""

from __future__ import annotations

import io
from pathlib import Path

import torch

from cnnstudio.deploy.network import Network
from cnnstudio.deploy.program import traced
from cnnstudio.deploy.writers import Options, Written


def write(network: Network, path: Path, options: Options) -> Written:
    """Writes the program with its weights. Raises OSError if the disk refuses."""
    program = traced(network, options)
    # Not to the path: on a full disk torch's zip writer ends the whole process.
    content = io.BytesIO()
    torch.export.save(program.exported, content)
    path.write_bytes(content.getbuffer())
    libraries = program.libraries
    needs = tuple(f"It needs {name}: import it before the file is loaded." for name in libraries)
    return Written(
        free=program.free_in_words,
        fixed_batch=program.fixed_batch,
        facts={"made by": f"torch {torch.__version__}"},
        warnings=(*program.warnings, *needs),
        options={"libraries": libraries},
    )
