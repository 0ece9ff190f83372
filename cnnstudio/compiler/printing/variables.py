"""Names for the tensors in a forward method, as people choose them.

`x` along the trunk; `out` and `shortcut` for the two ways into an addition; the node's own name for
what is used again later. A name is used again only once its tensor has been read for the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile

TRUNK = "x"
Value = tuple[str, int]  # a node's id and its output port
MERGES = {"Multiply": "scale"}


@dataclass(frozen=True)
class Statement:
    """One line of a forward method: what it reads, and the values that it gives."""

    node: str
    kind: str
    name: str
    inputs: tuple[Value, ...]
    gives: tuple[Value, ...]


class Variables:
    """The variable of each value, found from the first statement to the last."""

    def __init__(
        self, inputs: Mapping[Value, str], statements: list[Statement],
        results: Mapping[str, Value], reserved: set[str],
    ) -> None:  # fmt: skip
        self._statements = statements
        self._reserved = reserved
        self._names: dict[Value, str] = dict(inputs)
        self._readers: dict[Value, list[int]] = {}
        for place, statement in enumerate(statements):
            for value in dict.fromkeys(statement.inputs):
                self._readers.setdefault(value, []).append(place)
        self._results = {v: k for k, v in results.items()} if len(results) > 1 else {}
        for value in results.values():
            self._readers.setdefault(value, []).append(len(statements))
        for place, statement in enumerate(statements):
            for value in statement.gives:
                self._names[value] = self._chosen(value, place, statement)

    def __getitem__(self, value: Value) -> str:
        return self._names[value]

    def is_read(self, value: Value) -> bool:
        return value in self._readers

    def last_read(self, value: Value) -> int:
        return max(self._readers.get(value, [-1]))

    def free(self, wish: str, place: int) -> str:
        """A name that no value has which is read at `place` or later."""
        taken = self._reserved | {
            name for value, name in self._names.items() if self.last_read(value) >= place
        }
        return _free(wish, taken)

    def _chosen(self, value: Value, place: int, statement: Statement) -> str:
        taken = self._reserved | {
            name
            for other, name in self._names.items()
            if other != value and (self.last_read(other) > place or other in statement.gives)
        }
        if len(statement.gives) > 1:
            return _free(f"{statement.name}_{statement.gives.index(value) + 1}", taken)
        for wish in self._wishes(value, statement):
            if wish not in taken:
                return wish
        return _free(statement.name, taken)

    def _wishes(self, value: Value, statement: Statement) -> list[str]:
        readers = self._readers.get(value, [])
        if len(readers) > 1:
            return [TRUNK, statement.name] if self._meets_again(value) else [statement.name]
        chain, end = self._chain(value)
        if end is None:  # several results have their own names
            return [self._results.get(value, TRUNK), statement.name]
        if len(dict.fromkeys(end.inputs)) < 2:  # read again by one statement: a fork ahead
            return [TRUNK, statement.name]
        return [*self._merged(value, chain, end), statement.name]

    def _chain(self, value: Value) -> tuple[list[Statement], Statement | None]:
        """Statements that make it of one another from here, and the one where others join.

        None where it forks or is the result.
        """
        chain: list[Statement] = []
        while True:
            readers = self._readers.get(value, [])
            if len(readers) != 1 or readers[0] == len(self._statements):
                return chain, None
            reader = self._statements[readers[0]]
            if set(reader.inputs) != {value} or len(reader.gives) != 1:
                return chain, reader
            chain.append(reader)
            value = reader.gives[0]

    def _root(self, value: Value) -> tuple[Value | None, list[Statement]]:
        """Where the chain that ends in a value begins: a value read more than once, or an input."""
        chain: list[Statement] = []
        by_value = {given: statement for statement in self._statements for given in statement.gives}
        while len(self._readers.get(value, [])) < 2:
            maker = by_value.get(value)
            if maker is None:
                return value, chain
            chain.append(maker)
            if len(set(maker.inputs)) != 1:
                return None, chain
            value = maker.inputs[0]
        return value, chain

    def _merged(self, value: Value, chain: list[Statement], end: Statement) -> list[str]:
        """Names for a chain that ends where others join it."""
        last = chain[-1].gives[0] if chain else value
        others = [other for other in dict.fromkeys(end.inputs) if other != last]
        root, whole = self._root(last)
        if len(others) == 1:
            other_root, other_chain = self._root(others[0])
            if root is not None and root == other_root:
                if not other_chain:
                    return [MERGES.get(end.kind, "out")]
                if end.kind == "Add":
                    first = end.inputs[0] == last
                    longer = len(whole) > len(other_chain)
                    is_main = longer or (first and len(whole) == len(other_chain))
                    return ["out"] if is_main else ["shortcut"]
        names = [statement.name for statement in reversed(whole)]
        return [_shared_start(names) or names[-1]]

    def _meets_again(self, value: Value) -> bool:
        """Whether all that is made of a value comes together in one statement, as in a block."""
        ends = set()
        for place in self._readers[value]:
            if place == len(self._statements):
                return False
            reader = self._statements[place]
            if set(reader.inputs) != {value}:
                ends.add(reader)
            elif len(reader.gives) == 1:
                _, end = self._chain(reader.gives[0])
                ends.add(end or reader)
            else:
                return False
        return len(ends) == 1


def _shared_start(names: list[str]) -> str:
    """The words that all names begin with: `branch` of `branch_conv` and `branch_bn`."""
    parts = zip(*(name.split("_") for name in names), strict=False)
    return "_".join(part[0] for part in takewhile(lambda part: len(set(part)) == 1, parts))


def _free(wish: str, taken: set[str]) -> str:
    if wish not in taken:
        return wish
    candidates: Callable[[int], str] = lambda number: f"{wish}_{number}"  # noqa: E731
    return next(name for name in map(candidates, count(2)) if name not in taken)
