"""Illnesses of the machine: a device that waits for its data, memory that is nearly full."""

from __future__ import annotations

from cnnstudio.training.doctor.course import Course
from cnnstudio.training.doctor.illness import Evidence, illness
from cnnstudio.training.doctor.words import percent, size

STARVED = 0.4  # of the time
TOLD_STEPS = 20
WARM_UP = 10  # told steps
NEARLY_FULL = 0.92


@illness(
    "Device waits for data",
    "The device waits for its data: reading the images takes longer than learning from them.",
    "A faster disk, smaller image files, or a larger part of the data in memory helps.",
    after=("step",), remedies=("images-in-memory", "more-readers"),
)  # fmt: skip
def starved_device(course: Course) -> Evidence | None:
    told = [event.get("data_share") for event in course.last_steps(TOLD_STEPS)]
    shares = [float(share) for share in told if share is not None]
    if len(shares) < TOLD_STEPS or len(course.first_steps) < TOLD_STEPS + WARM_UP:
        return None
    share = sum(shares) / len(shares)
    if share < STARVED:
        return None
    rate = course.steps[-1].get("samples_per_second")
    facts = {"Time spent waiting": percent(share)}
    if rate:
        without = rate / (1 - min(share, 0.99))
        facts["Speed"] = f"{rate:,.0f} images/s; without waiting {without:,.0f}"
    return Evidence(facts)


@illness(
    "Memory nearly full",
    "The memory is nearly full: the run may end at any moment.",
    "Smaller batches need less; added up over several of them, a step stays what it was.",
    after=("layers",), remedies=("smaller-batches",),
)  # fmt: skip
def memory_nearly_full(course: Course) -> Evidence | None:
    told = course.layers[-1] if course.layers else {}
    used, total = told.get("memory_bytes") or 0, told.get("memory_total_bytes") or 0
    if not total or used < NEARLY_FULL * total:
        return None
    return Evidence({"In use": f"{size(used)} of {size(total)} ({percent(used / total)})"})
