"""What is wrong in a damaged project file, in words for whoever has to mend it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

MOST_LINES = 10

# Pydantic's name of an error, and what to say instead; its context fills the braces.
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "finite_number": "should be a number that is not infinite",
    "dict_type": "should be an object: {{…}}",
    "model_type": "should be an object: {{…}}",
    "model_attributes_type": "should be an object: {{…}}",
    "tuple_type": "should be a list: […]",
    "list_type": "should be a list: […]",
    "too_short": "should have at least {min_length}, and has {actual_length}",
    "too_long": "should have at most {max_length}, and has {actual_length}",
    "literal_error": "should be {expected}",
    "greater_than": "should be above {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be below {lt}",
    "less_than_equal": "should be at most {le}",
}


def explained(error: ValidationError) -> str:
    """Each error as `networks[0].nodes[3].position: …`, at most ten, a line each."""
    places = [item["loc"] for item in error.errors()]
    items = [
        item
        for item in error.errors()
        # A list is said to be too short when its entries are wrong: that is no news.
        if not (item["type"] == "too_short" and any(_within(it, item["loc"]) for it in places))
    ]
    lines = [f"{_path(item['loc'])}: {words(item)}" for item in items[:MOST_LINES]]
    more = len(items) - len(lines)
    return "\n".join(lines) + (f"\n… and {more} more" if more > 0 else "")


def _within(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _path(place: tuple[int | str, ...]) -> str:
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "project"


def words(item: Any) -> str:
    """What is wrong with a value, for an error of pydantic's: `should be a whole number`."""
    if item["type"] in WORDS:
        return WORDS[item["type"]].format(**item.get("ctx", {}))
    message = item["msg"].removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}"
