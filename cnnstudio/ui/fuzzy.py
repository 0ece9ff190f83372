"""Finding texts by letters in their order: `adcv` finds `Add Conv2d`."""

from __future__ import annotations

GAP, START, RUN = -1, 8, 5
MAXIMUM_GAP = 6


def score(query: str, text: str) -> int | None:
    """How well the query's letters, in order, fit the text; higher is better, None if they don't.

    Letters at the start of words and letters that follow each other count more. Blanks in the
    query are ignored.
    """
    wanted = [letter for letter in query.casefold() if not letter.isspace()]
    if not wanted:
        return 0
    folded = text.casefold()
    # Where each folded letter stands in the text: ß folds to two.
    origin = [place for place, letter in enumerate(text) for _ in letter.casefold()]
    # The best score with which the letters so far end at each place.
    best: dict[int, int] = {-1: 0}
    for letter in wanted:
        following: dict[int, int] = {}
        for place, found in enumerate(folded):
            if found != letter:
                continue
            worth = START if _starts_word(text, origin[place]) else 0
            reached = [
                before + (RUN if place == last + 1 and last >= 0 else _gap(place - last - 1))
                for last, before in best.items()
                if last < place
            ]
            if reached:
                following[place] = max(reached) + worth
        if not following:
            return None
        best = following
    return max(best.values())


def _gap(skipped: int) -> int:
    return GAP * min(skipped, MAXIMUM_GAP)


def _starts_word(text: str, place: int) -> bool:
    if place == 0:
        return True
    before, here = text[place - 1], text[place]
    return not before.isalnum() or (here.isupper() and before.islower())
