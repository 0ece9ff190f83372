"""Imports torchvision's classification models and compares each with the original.

Prints a table: seconds for the import alone and with the comparison, nodes on the top level, kinds
of layers, blocks, opaque nodes, and whether the output is the same, bit for bit. Exits with 1 if
any differs.

    python benchmarks/import_torchvision.py [--quick] [MODEL …]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import torch
import torchvision

from cnnstudio.compiler.importing import from_module
from cnnstudio.compiler.importing.sources import FAMILIES, construct_torchvision, smallest_input
from cnnstudio.graph import CnnStudioError
from cnnstudio.tables import print_table

COLUMNS = ["Model", "Import", "Proven", "Nodes", "Kinds", "Blocks", "Opaque", "Output"]


def row(name: str, small: bool) -> tuple[list[str], bool]:
    """One line of the table, and whether the import equals the original."""
    torch.manual_seed(0)
    module = construct_torchvision(name)
    shape = smallest_input(name) if small else (3, 224, 224)
    started = time.perf_counter()
    try:
        imported = from_module(module, shape, check=False)
        alone = time.perf_counter() - started
        imported = from_module(module, shape)
    except CnnStudioError as error:
        return [name, "", "", "", "", "", "", str(error).replace("\n", " ")], False
    proven = time.perf_counter() - started - alone
    project = imported.project
    kinds = {node.kind for network in project.networks for node in network.nodes if not node.block}
    assert imported.proof is not None
    cells = [
        name,
        f"{alone:.1f} s",
        f"{proven:.1f} s",
        str(len(project.network.nodes)),
        str(len(kinds)),
        str(len(project.networks) - 1),
        str(len(imported.opaque)),
        "equal" if imported.proof.exact else f"differs by {imported.proof.difference:.3g}",
    ]
    return cells, imported.proof.exact


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; all by default")
    parser.add_argument("--quick", action="store_true", help="one of each family, small images")
    options = parser.parse_args(arguments)
    names = options.models or torchvision.models.list_models(module=torchvision.models)
    if options.quick and not options.models:
        names = list(FAMILIES.values())
    rows = []
    all_equal = True
    for name in names:
        cells, equal = row(name, options.quick)
        all_equal &= equal
        rows.append(cells)
        print(" ".join(cells), file=sys.stderr, flush=True)
    print_table(COLUMNS, rows, numbers=COLUMNS[1:7])
    print(f"{len(rows)} models, torch {torch.__version__}, torchvision {torchvision.__version__}")
    return 0 if all_equal else 1


if __name__ == "__main__":
    sys.exit(main())
