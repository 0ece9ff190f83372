"""Keeping what was slow to make: the few latest datasets and networks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Memory(Generic[Thing]):
    """The `limit` things last used, by key. Lanes that need the same thing make it once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._things: OrderedDict[Hashable, Thing] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """The thing of this key, made if it is not remembered. What failed is not kept."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._things:
                    self._things.move_to_end(key)
                    return self._things[key]
            thing = make()
            with self._lock:
                self._things[key] = thing
                while len(self._things) > self._limit:
                    forgotten, _ = self._things.popitem(last=False)
                    self._making.pop(forgotten, None)
            return thing

    def forget(self, key: Hashable) -> None:
        """Makes the thing anew next time."""
        with self._lock:
            self._things.pop(key, None)
