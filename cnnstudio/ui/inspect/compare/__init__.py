"""Two networks, or one at two moments, side by side on the same image."""
