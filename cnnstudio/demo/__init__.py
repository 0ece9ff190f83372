"""The sample from graph to heatmap without a window: progress, pictures and a one-page report."""
