"""Applying the remedies of problems."""

from __future__ import annotations

from cnnstudio.graph import Group, Problem
from cnnstudio.ui.session import Session


def apply_fix(session: Session, problem: Problem) -> bool:
    """Applies a problem's remedy as one undo step; whether it could be."""
    fix = problem.fix
    return fix is not None and session.try_apply(Group(text=fix.label, edits=fix.edits))
