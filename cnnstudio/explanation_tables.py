"""What the command line prints of explanations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cnnstudio.interpret.explanations.declared import Method
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.tables import percent, print_table

if TYPE_CHECKING:
    from cnnstudio.interpret.trust.scorecard import Scorecard

VERDICTS = {"good": "✓ good", "doubtful": "? doubtful", "bad": "✗ bad", "unknown": "–"}

MOST_ROWS = 20  # of a folder's images; the table on disk has all


def print_methods(found: Iterable[Method]) -> None:
    """Methods by family: name, what it costs and needs, its parameters."""
    rows = []
    family = ""
    for one in sorted(found, key=lambda one: one.category):
        if one.category != family:
            family = one.category
            rows.append([family.upper(), "", "", ""])
        parameters = ", ".join(f"{p.name}={_text(p.default)}" for p in one.parameters)
        rows.append([one.kind, one.cost, one.needs, parameters])
    print_table(["Method", "Cost", "Needs", "Parameters"], rows)


def method_facts(one: Method) -> dict[str, Any]:
    """What is declared of a method, as JSON."""
    return {
        "method": one.kind,
        "title": one.title,
        "family": one.category,
        "doc": one.doc,
        "formula": one.formula,
        "cost": one.cost,
        "needs": one.needs,
        "signed": one.signed,
        "reference": one.reference,
        "parameters": {
            p.name: {"default": p.default, "minimum": p.minimum, "maximum": p.maximum,
                     "choices": list(p.choices), "help": p.help}
            for p in one.parameters
        },
    }  # fmt: skip


def print_history(rows: Sequence[dict[str, Any]]) -> None:
    """What was said at each moment of a run."""
    print_table(
        ["Step", "Epoch", "Says", "Probability", ""],
        [
            [
                f"{one['step']:,}", f"{one['epoch']:.1f}", one["predicted"],
                percent(one["probability"]), ", ".join(one["marks"]),
            ]
            for one in rows
        ],
    )  # fmt: skip


def print_beside(names: tuple[str, str], rows: Sequence[dict[str, Any]]) -> None:
    """What each of two networks says of some images."""
    sides = [(one["first"], one["second"]) for one in rows]
    print_table(
        ["Image", *names, "Explained", ""],
        [
            [
                one["image"],
                *(f"{side['predicted']} {percent(side['probability'])}" for side in both),
                both[0]["explained"],
                "" if one["agree"] else "they differ",
            ]
            for one, both in zip(rows, sides, strict=True)
        ],
    )


def print_differing(total: int, right: tuple[int, int], rows: Sequence[dict[str, Any]]) -> None:
    """What two networks decide differently."""
    print_table(
        ["Image", "Class", "First says", "Second says"],
        [[one["image"], one["class"], one["first"], one["second"]] for one in rows[:MOST_ROWS]],
    )
    if len(rows) > MOST_ROWS:
        print(f"… and {len(rows) - MOST_ROWS} more; --json has all")
    print(
        f"{len(rows)} of {total} images are decided differently; right are {right[0]} and "
        f"{right[1]}."
    )


def print_explanations(found: Sequence[dict[str, Any]]) -> None:
    """What the network said of each image, and where it was looked into."""
    rows = [
        [
            one["image"],
            one["predicted"],
            percent(one["probability"]),
            one["explained"] + (f" less {one['against']}" if one["against"] else ""),
        ]
        for one in found
    ]
    print_table(["Image", "Predicted", "Probability", "Explained class"], rows, ["Probability"])
    for reason in dict.fromkeys(one["reason"] for one in found if one.get("reason")):
        print(reason)


def print_folder(rows: Sequence[dict[str, Any]]) -> None:
    """The first images of a folder with what the network said of them, and those that could not be
    read with the reason."""
    good = [row for row in rows if "problem" not in row]
    bad = [row for row in rows if "problem" in row]
    if good:
        print_explanations(good[:MOST_ROWS])
    if len(good) > MOST_ROWS:
        print(f"… and {len(good) - MOST_ROWS} more")
    for row in bad[:MOST_ROWS]:
        print(f"{row['image']} was left out: {row['problem']}")
    if len(bad) > MOST_ROWS:
        print(f"… and {len(bad) - MOST_ROWS} more that could not be read")
    read = f"{len(good)} image{'s' * (len(good) != 1)} explained"
    print(read + (f", {len(bad)} could not be read" if bad else ""))


def print_scorecard(card: Scorecard) -> None:
    """Each check with its verdict, and in words."""
    where = f" at '{card.explained.layer}'" if card.explained.layer else ""
    count = len(card.explained.targets)
    print(f"{methods[card.explained.method].title}{where}, {count} image{'s' * (count > 1)}")
    print_table(
        ["Check", "Verdict", "What it found"],
        [[one.title, VERDICTS[one.verdict], one.text] for one in card.results],
    )


def _text(default: Any) -> str:
    return "" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
