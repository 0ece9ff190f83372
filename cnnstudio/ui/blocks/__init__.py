"""Blocks in the window: the palette's part for them, and a block's page in the inspector."""
