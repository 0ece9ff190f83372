"""Seeds that follow from what they are for, so that nothing about generators has to be saved."""

from __future__ import annotations

from hashlib import blake2b


def derived_seed(seed: int, purpose: str, *where: int) -> int:
    """A 63-bit seed that follows from the arguments and from nothing else."""
    text = "/".join([str(seed), purpose, *map(str, where)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
