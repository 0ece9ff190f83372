"""The doctor reads a run's events one after the other, and tells each illness once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnnstudio.graph import Project
from cnnstudio.training.doctor.course import Course, Event
from cnnstudio.training.doctor.illness import Finding, illnesses

logger = logging.getLogger(__name__)


class Doctor:
    """Knows the run's settings and data (`data.json`), and what it was told of the run."""

    def __init__(self, project: Project, data: Mapping[str, Any]) -> None:
        self._course = Course(project.training, data)
        self._after = {
            kind: [one for one in illnesses.values() if kind in one.after]
            for kind in {kind for one in illnesses.values() for kind in one.after}
        }

    def take(self, event: Event) -> list[Finding]:
        """What is found after this event and was not before. A `finding` that the run tells
        counts as found."""
        course = self._course
        course.take(event)
        found = []
        for illness in self._after.get(event["type"], ()):
            hidden = any(illness.name in illnesses[name].hides for name in course.found)
            if hidden or illness.name in course.found:
                continue
            evidence = illness.look(course)
            if evidence is not None:
                course.found.add(illness.name)
                step, epoch = event.get("step") or 0, event.get("epoch") or 0
                found.append(Finding(illness, step, epoch, evidence.facts, evidence.nodes))
        return found

    def remember(self, events: Iterable[Event]) -> None:
        """Takes in what was told before, with the findings that were made then."""
        for event in events:
            self._course.take(event)


def diagnose(project: Project, data: Mapping[str, Any], events: Iterable[Event]) -> list[Finding]:
    """All that is to be found in a run's events, in the order in which it shows."""
    doctor = Doctor(project, data)
    told = [event for event in events if event.get("type") != "finding"]
    return [finding for event in told for finding in doctor.take(event)]


def attend(doctor: Doctor, write: Callable[..., object]) -> Callable[[Event], None]:
    """A listener to a run's events that writes what the doctor finds as events of their own.

    Should the doctor fail, the run goes on without: that is told, once.
    """
    attending = True

    def listen(event: Event) -> None:
        nonlocal attending
        if not attending:
            return
        try:
            found = doctor.take(event)
        except Exception as error:
            attending = False
            logger.exception("the doctor failed at %s", event)
            write("warning", step=event.get("step") or 0,
                  message=f"The doctor can't go on with this run: {error!r}.")  # fmt: skip
            return
        for finding in found:
            write("finding", step=finding.step, epoch=finding.epoch, **finding.to_event())

    return listen
