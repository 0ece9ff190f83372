"""Taking a network out: files that other programs run, each proven to compute what the canvas does.

Declarations and proofs can be read without torch.
"""
