"""The parameter by which a network keeps the size of small images; `adapt` sets it."""

from scripts.templates.drawing import slider

STEM_STRIDE = slider(2, 1, 4, "2 halves the image at once; 1 keeps the size of a small image")
