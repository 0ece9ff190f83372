"""Layers of our own, in plain torch.

Each class stands by itself, needs nothing but `torch`, `Tensor` and `nn`, and keeps what it was
made with in attributes of the same names: its source is printed into exported code as it is, and
its parameters are read back from it.
"""
