"""What the command line prints of embeddings, neighbours and mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnstudio.tables import percent, print_table

if TYPE_CHECKING:
    from cnnstudio.interpret.samples.embedding import Embedding
    from cnnstudio.interpret.samples.mistakes import Mistakes
    from cnnstudio.interpret.samples.neighbours import Neighbours


def embedding_facts(found: Embedding) -> dict[str, Any]:
    """An embedding as JSON."""
    features, said, belief = found.features, found.features.said, found.belief
    return {
        "method": found.method,
        "parameters": found.parameters,
        "layer": features.layer,
        "reason": features.reason,
        "values": features.how,
        "split": said.split,
        "note": found.note,
        "belief": None if belief is None else {
            "neighbours": belief.neighbours,
            "trustworthiness": belief.trustworthiness,
            "own_class_in_picture": belief.in_picture,
            "own_class_in_layer": belief.in_layer,
        },
        "classes": said.classes,
        "samples": [
            {
                "index": int(said.indexes[row]),
                "name": said.names[row],
                "x": float(x),
                "y": float(y),
                "class": said.classes[said.labels[row]],
                "predicted": None if said.predicted is None
                else said.classes[said.predicted[row]],
                "confidence": None if said.confidence is None else float(said.confidence[row]),
            }
            for row, (x, y) in enumerate(found.points)
        ],
    }  # fmt: skip


def print_embedding(found: Embedding) -> None:
    """How it was made, and how far it can be believed."""
    features = found.features
    if features.reason:
        print(features.reason)
    print(f"{len(found.points):,} {features.said.split} images by {features.how}.")
    print(found.note)
    if found.belief is not None:
        print(found.belief.sentence)


def neighbour_facts(found: Neighbours) -> dict[str, Any]:
    """Neighbours as JSON."""
    return {
        "layer": found.layer,
        "reason": found.reason,
        "values": found.how,
        "split": found.split,
        "searched": found.searched,
        "metric": found.metric,
        "neighbours": [
            {
                "index": one.index,
                "name": one.name,
                "class": found.classes[one.label],
                "predicted": None if one.predicted is None else found.classes[one.predicted],
                "distance": one.distance,
            }
            for one in found.found
        ],
    }


def print_neighbours(found: Neighbours) -> None:
    """The nearest first, and what class most of them have."""
    from cnnstudio.interpret.samples.neighbours import votes

    print_table(
        ["Image", "Class", "Predicted", "Distance"],
        [
            [
                f"{found.split}:{one.index}",
                found.classes[one.label],
                "–" if one.predicted is None else found.classes[one.predicted],
                f"{one.distance:.4g}",
            ]
            for one in found.found
        ],
    )
    print(f"{votes(found.found, found.classes)}, of {found.searched:,} by '{found.layer}'.")


def print_mistakes(found: Mistakes) -> None:
    """The most confident first."""
    facts = found.facts()
    if not facts:
        print("No such mistakes.")
        return
    print_table(
        ["Image", "Class", "Taken for", "Confidence"],
        [
            [f"{found.said.split}:{fact['index']}", fact["class"], fact["taken_for"],
             percent(fact["confidence"])]
            for fact in facts
        ],
    )  # fmt: skip
