"""Datasets: where images come from, how they are split, fitted to the network's input, batched."""
