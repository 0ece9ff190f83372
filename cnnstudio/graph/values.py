"""What may stand in a parameter: plain JSON values, finite numbers, bounded depth."""

import math

MAX_DEPTH = 32


def check_json(value: object, depth: int = 0) -> None:
    """Raises ValueError unless `value` is None, bool, int, finite float, str, or lists and
    dicts (with text keys) of these, nested at most 32 deep."""
    if depth > MAX_DEPTH:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"key {key!r} is not text")
            check_json(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            check_json(item, depth + 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("not a finite number")
    elif not (value is None or isinstance(value, bool | int | str)):
        raise ValueError(f"a {type(value).__name__} can't be stored in a project")
