"""Layers of the user's own in the window: added, shown, and asked about before they run."""
