"""Images a second on a GPU: the studio beside the loop by hand, for each way to use the card.

    python benchmarks/gpu.py [--rounds 3] [--only resnet20]

Both train the same network on the same images, held on the card, in turns; told are medians. The
loop by hand stores its weights channels last too; the studio's run has events, heartbeat and
metrics in it. The last row has the loop that everyone writes beside the studio's defaults.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch
from contestants import Case, Way, by_hand, case_of, over_data_loader, studio

# Template, input, images, batch size.
ROWS = {
    "resnet20": ("resnet20_cifar", (3, 32, 32), 4096, 128),
    "resnet18": ("resnet18", (3, 224, 224), 1536, 128),
}
WAYS = {
    "fp32, as everyone writes it": Way(),
    "fp32, fused, channels last": Way("fp32", True, fused=True),
    "bf16, fused": Way("bf16", fused=True),
    "bf16, fused, channels last": Way("bf16", True, fused=True),
    "the same, by hand images alone last": Way("bf16", True, fused=True, weights_last=False),
    "the same, not deterministic": Way("bf16", True, fused=True, deterministic=False),
    "fp16 and scaler, not deterministic": Way("fp16", True, fused=True, deterministic=False),
    "bf16, compiled, not deterministic": Way(
        "bf16", True, compile=True, fused=True, deterministic=False
    ),
}
EPOCHS = 6


def measure(case: Case, rounds: int) -> None:
    base = 0.0
    for name, way in WAYS.items():
        alike = case.with_settings(**way.settings())
        rates: dict[str, list[float]] = {"hand": [], "studio": []}
        for number in range(1 if way.compile else rounds):
            turns = [
                ("hand", lambda way=way: by_hand(case, way)),
                ("studio", lambda alike=alike: studio(alike)),
            ]
            for who, run in turns[:: 1 if number % 2 else -1]:
                rates[who].append(run())
        hand, ours = (statistics.median(rates[who]) for who in ("hand", "studio"))
        base = base or hand
        _print_row(name, hand, ours, base)
    loader, ours = over_data_loader(case, workers=8), studio(case)
    _print_row("fp32 over a DataLoader of 8 workers; studio by default", loader, ours, base)


def _print_row(name: str, hand: float, ours: float, base: float) -> None:
    print(f"| {name} | {hand:,.0f} | {ours:,.0f} | {ours / hand:.3f} | {ours / base:.2f} |")
    sys.stdout.flush()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=list(ROWS), action="append")
    arguments = options.parse_args()
    if not torch.cuda.is_available():
        print("There is no CUDA GPU here.")
        return 0
    print(
        f"{torch.cuda.get_device_name()}, torch {torch.__version__}, "
        f"cuDNN {torch.backends.cudnn.version()}, {time.strftime('%Y-%m-%d')}"
    )
    for title in arguments.only or ROWS:
        template, (channels, *size), images, batch = ROWS[title]
        case = case_of(template, (channels, *size), images, batch, device="cuda", side=size[0])
        case = case.with_settings(epochs=EPOCHS)
        print(f"\n{title}, {channels}×{size[0]}×{size[1]}, batches of {batch}, {images:,} images")
        print("| | by hand, images/s | studio, images/s | ratio | to fp32 by hand |")
        print("|---|---:|---:|---:|---:|")
        measure(case, arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
