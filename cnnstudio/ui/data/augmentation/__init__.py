"""The augmentation: its steps as cards, and what they make of real images."""
