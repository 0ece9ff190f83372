"""Whether two networks see the same images, and what differs."""

from __future__ import annotations

from cnnstudio.graph.settings import DataSettings

# What decides which images there are, and how they look.
PARTS = ("options", "validation", "test", "seed", "resize", "left_out")


def other_images(first: DataSettings, second: DataSettings) -> str:
    """A sentence that B's images are others than A's, and by what; empty if they are the same."""
    if first.dataset != second.dataset:
        return f"B's images are its own: {second.dataset}, not {first.dataset}."
    options = [
        f"{name} {_told(second.options.get(name))}"
        for name in sorted({*first.options, *second.options})
        if first.options.get(name) != second.options.get(name)
    ]
    others = [
        str(DataSettings.model_fields[name].title).lower()
        for name in PARTS[1:]
        if getattr(first, name) != getattr(second, name)
    ]
    if not options and not others:
        return ""
    what = ", ".join([*options, *(f"another {name}" for name in others)])
    return f"B's images are its own: {second.dataset} with {what}."


def _told(value: object) -> str:
    return "as by default" if value is None else str(value)
