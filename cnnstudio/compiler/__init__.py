"""From a graph to shapes, problems and cost (`check`), a module (`build`), and source (`code`)."""
