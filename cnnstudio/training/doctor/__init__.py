"""The doctor: tells in words what goes wrong in a run, and what mends it. No torch."""

from importlib import import_module

from cnnstudio.training.doctor.doctor import Doctor, attend, diagnose
from cnnstudio.training.doctor.illness import Finding, Illness, illnesses
from cnnstudio.training.doctor.prescription import Prescription, mended, prescriptions
from cnnstudio.training.doctor.remedies import remedies

# Importing these declares the illnesses, in the order in which they are looked for: what has the
# same cause as one that was found is no news.
for name in ("rate", "fit", "layers", "machine"):
    import_module(f"cnnstudio.training.doctor.{name}")

__all__ = [
    "Doctor",
    "Finding",
    "Illness",
    "Prescription",
    "attend",
    "diagnose",
    "illnesses",
    "mended",
    "prescriptions",
    "remedies",
]
