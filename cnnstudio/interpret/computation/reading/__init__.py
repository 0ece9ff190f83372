"""Reads from a network, with torch, how one unit of a layer computes."""
