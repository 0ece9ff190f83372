"""What losses expect of a network's end. It stands here, and not with the losses, since the check
of a network reads it too; a loss that is named nowhere takes any scores.
"""

from __future__ import annotations

# Losses that take softmax of the scores themselves, as they are called within a sentence.
TAKE_SOFTMAX = {
    "CrossEntropyLoss": "cross-entropy",
    "FocalLoss": "focal",
    "DiceLoss": "Dice",
    "KLDivLoss": "KL divergence",
}
# Losses that take logarithms of probabilities, and nothing else makes sense to them.
WANT_LOG_PROBABILITIES = {"NLLLoss": "negative log-likelihood"}
# Layers that give such logarithms.
GIVE_LOG_PROBABILITIES = frozenset({"LogSoftmax", "LogSigmoid", "Log"})
# Layers that give each number as they got it.
PASS_ON = frozenset({"Flatten", "Identity", "Squeeze", "Reshape", "Unflatten"})
