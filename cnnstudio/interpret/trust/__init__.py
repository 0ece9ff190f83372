"""Whether an explanation can be trusted: checks of a method on a network, and their scorecard.

`checks` loads without torch.
"""
