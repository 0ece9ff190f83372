"""The colours by which categories of layers are told apart, on the canvas and in reports.

Okabe and Ito's, which stay apart for the colour-blind. `#rrggbb`, for a light ground.
"""

CATEGORY_COLORS = {
    "Input and output": "#8c939f",
    "Convolution": "#0072b2",
    "Pooling": "#009e73",
    "Activation": "#e69f00",
    "Normalisation": "#56b4e9",
    "Regularisation": "#d55e00",
    "Linear": "#cc79a7",
    "Attention": "#c9a800",
    "Recurrent": "#b5528d",
    "Resizing": "#117a65",
    "Padding": "#7d9bb5",
    "Shape": "#7a6ff0",
    "Arithmetic": "#5d53c9",
    "Reduction": "#a48ef5",
    "Signal": "#2f6f8f",
    "My layers": "#9c6b30",
    "Blocks": "#5b6b8c",
    "My blocks": "#5b6b8c",
}
