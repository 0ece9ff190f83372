"""What was done to a dataset on purpose, so that nobody takes it for plain data. No torch."""

from __future__ import annotations

from cnnstudio.graph import DataSettings

SHUFFLED = "labels shuffled"
SHORTCUT = "shortcut planted"
MEANING = {
    SHUFFLED: "The classes of the training and validation images are dealt out anew at random: "
    "there is nothing to learn but the images by heart",
    SHORTCUT: "Images have a mark in the corner whose colour gives the class away",
}


def notes_on(data: DataSettings) -> list[str]:
    """Which of MEANING holds, in a few words each."""
    notes = [SHUFFLED] if data.shuffled_labels else []
    planted = data.dataset == "shapes" and data.options.get("shortcut")
    return [*notes, SHORTCUT] if planted else notes
