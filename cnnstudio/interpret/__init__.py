"""What a trained network sees: feature maps and explanations. `methods` loads without torch."""
