"""What one unit of a layer responds to: its its field, filter, samples, and what it is for."""
