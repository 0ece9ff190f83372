"""The canvas: the network as cards and wires, and the gestures that change it."""
