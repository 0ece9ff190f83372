"""Runs that wait for their turn: a list on disk, and a process that works through it."""

from cnnstudio.training.queue.waiting import Entry, RunQueue, queue_folder

__all__ = ["Entry", "RunQueue", "queue_folder"]
