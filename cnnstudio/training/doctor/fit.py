"""Illnesses of what is learned: too much by heart, too little, or what cannot be learned."""

from __future__ import annotations

import math

from cnnstudio.training.doctor.course import Course
from cnnstudio.training.doctor.illness import Evidence, illness
from cnnstudio.training.doctor.words import number, percent

# Overfitting: validation has become worse by this share since its best, so many epochs ago, and
# training answers so much more right.
WORSE = 1.1
WORSE_EPOCHS = 3
GAP = 0.1
# Underfitting: so little of the way from chance to all right, and no more progress than this.
LITTLE = 0.5
STILL = 0.02
LEAST_EPOCHS = 5
# Shuffled labels: validation is at chance while training is this far above it.
LEARNED = 0.25
CHANCE_EPOCHS = 3
FEWEST_STEPS = 100  # running averages of normalisation need some to be true
FEWEST_IMAGES = 50
# The most frequent class against the rarest.
UNBALANCED = 10.0


@illness(
    "Class imbalance",
    "The classes are of very different size: the rare ones hardly count.",
    "A network that never names a rare class is almost always right. Weighing each class by how "
    "rare it is makes them count alike; look at the results by class, not at the accuracy.",
    after=("start",), severity="info", remedies=("balance-classes",),
)  # fmt: skip
def class_imbalance(course: Course) -> Evidence | None:
    counts = course.counts
    names = [str(name) for name in course.data.get("classes") or ()]
    there = [(count, name) for count, name in zip(counts, names, strict=False) if count]
    balanced = course.settings.loss.parameters.get("balanced")
    if len(there) < 2 or balanced or max(there)[0] < UNBALANCED * min(there)[0]:
        return None
    most, fewest = max(there), min(there)
    return Evidence(
        {
            "Most": f"{most[0]:,} training images of {most[1]}",
            "Fewest": f"{fewest[0]:,} of {fewest[1]}",
            "Right by always naming the most frequent": percent(course.chance),
        }
    )


@illness(
    "Labels that look shuffled",
    "The labels look shuffled: what is learned by heart says nothing of other images.",
    "Training images are told apart, yet on validation images the network is as good as chance. "
    "Look at the samples with their labels in the Data workspace: do they belong together? Until "
    "they do, smoothing the labels and stopping early keep wrong ones from being learned by heart.",
    after=("epoch",), remedies=("smooth-labels", "stop-early"),
    hides=("overfitting",),
)  # fmt: skip
def shuffled_labels(course: Course) -> Evidence | None:
    right, known = course.epochs_of("val_accuracy"), course.epochs_of("train_accuracy")
    images, chance = course.validation_images, course.chance
    if len(right) < CHANCE_EPOCHS or images < FEWEST_IMAGES or course.step < FEWEST_STEPS:
        return None
    bound = chance_bound(course)
    at_chance = all(accuracy <= bound for accuracy in right[-CHANCE_EPOCHS:])
    if not at_chance or not known[-1] > chance + LEARNED:
        return None
    return Evidence(
        {
            "Right in training": percent(known[-1]),
            "Right in validation": percent(right[-1]),
            "Right by chance": f"{percent(chance)}, up to {percent(bound)} of {images:,} images",
        }
    )


@illness(
    "Overfitting",
    "The network overfits: it learns the training images by heart, and gets worse on others.",
    "Stopping at the best epoch saves what was learned; more varied images (augmentation), dropout "
    "or weight decay let it learn longer.",
    after=("epoch",),
    remedies=("augment", "stop-early", "more-weight-decay", "dropout", "smooth-labels"),
)  # fmt: skip
def overfitting(course: Course) -> Evidence | None:
    seen, known = course.epochs_of("val_loss"), course.epochs_of("train_loss")
    finite = [loss for loss in seen if math.isfinite(loss)]
    if len(finite) < len(seen) or len(seen) <= WORSE_EPOCHS:
        return None
    best = seen.index(min(seen))
    now = len(seen) - 1
    # The best epoch is not among these, since it is not worse than itself.
    worse = all(loss > WORSE * seen[best] for loss in seen[-WORSE_EPOCHS:])
    gap = course.epochs_of("train_accuracy")[now] - course.epochs_of("val_accuracy")[now]
    at_chance = course.epochs_of("val_accuracy")[now] <= chance_bound(course)
    if not worse or not gap > GAP or not known[now] < known[best] or at_chance:
        return None
    return Evidence(
        {
            "Validation loss": f"{number(seen[best])} in epoch {best + 1}, {number(seen[now])} in "
            f"epoch {now + 1}",
            "Training loss": f"{number(known[best])}, then {number(known[now])}",
            "Right in training, but not in validation": percent(gap),
        }
    )


@illness(
    "Underfitting",
    "The network underfits: it does not even learn the training images.",
    "Progress has ended far from the goal. A larger network, less regularisation, another learning "
    "rate or more epochs help; if nothing does, the images may not show what the labels say.",
    after=("epoch",),
    remedies=("less-regularisation", "raise-rate", "more-epochs"),
)  # fmt: skip
def underfitting(course: Course) -> Evidence | None:
    losses, known = course.epochs_of("train_loss"), course.epochs_of("train_accuracy")
    right = course.epochs_of("val_accuracy")
    count, last = len(losses), course.settings.epochs
    # While the learning rate is still to fall, a standstill is no end.
    final = count >= last or course.settings.schedule.kind == "Constant"
    if count < LEAST_EPOCHS or not final:
        return None
    before, now = losses[-4], losses[-1]
    goal = course.chance + LITTLE * (1 - course.chance)
    gap = known[-1] - right[-1]
    if not before - now < STILL * before or not known[-1] < goal or gap > GAP:
        return None
    return Evidence(
        {
            "Right in training": f"{percent(known[-1])}, by chance {percent(course.chance)}",
            "Training loss by epoch": ", ".join(number(loss) for loss in losses[-4:]),
        }
    )


def chance_bound(course: Course) -> float:
    """The validation accuracy that guessing reaches with good luck: three standard deviations."""
    chance, images = course.chance, max(course.validation_images, 1)
    return chance + 3 * math.sqrt(chance * (1 - chance) / images)
