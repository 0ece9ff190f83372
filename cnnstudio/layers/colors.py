"""The colours by which categories of layers, runs and classes are told apart.

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

# Of runs or classes that are shown together: on a light ground, on a dark one. Apart for the
# colour-blind in this order.
SERIES_COLORS = (
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff9d4d"),
    ("#009e73", "#3ecf9f"),
    ("#b5528d", "#e59cc7"),
    ("#8a6d00", "#e6c229"),
    ("#5d53c9", "#a48ef5"),
    ("#117f8f", "#5fd0e0"),
    ("#7a3b12", "#c98a5f"),
)
