"""What a layer has learned: its weights as pictures, in numbers, and over a run."""
