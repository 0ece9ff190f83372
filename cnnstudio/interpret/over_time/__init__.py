"""One image through the moments of a run."""
