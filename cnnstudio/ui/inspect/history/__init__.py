"""Looking back: the strip with which Inspect goes to any moment of a run, and its animation."""
