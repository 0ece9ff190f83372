"""Numbers as the window writes them: three digits, a prefix, always a unit."""

from __future__ import annotations

from collections.abc import Iterable


def count(value: float) -> str:
    """`431`, `20,038`, `11.7 M`."""
    if abs(value) < 100_000:
        return f"{value:,.0f}"
    return _scaled(value, 1000, ["", "k", "M", "G", "T", "P"])


MEMORY_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"]


def memory(bytes: float) -> str:
    """`512 B`, `3.1 MB` (powers of 1000)."""
    return _scaled(bytes, 1000, MEMORY_UNITS)


def memory_unit(bytes: float) -> tuple[float, str]:
    """The unit in which so much is written, in bytes and as its sign."""
    power = 0
    while bytes >= 1000 ** (power + 1) and power < len(MEMORY_UNITS) - 1:
        power += 1
    return 1000.0**power, MEMORY_UNITS[power]


def short(value: float) -> str:
    """Two or three digits of a measured number: `0.26`, `−12.5`, `3.1e−5`."""
    size = abs(value)
    if size == 0 or 0.01 <= size < 10_000:
        text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    else:
        text = f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")
    return text.replace("-", "\N{MINUS SIGN}")


def percent(share: float | None) -> str:
    """`94.1 %`; empty for None."""
    return "" if share is None else f"{100 * share:.1f} %"


def rough_time(seconds: float) -> str:
    """`0.4 s`, `9 s`, `3 min`, `2.5 h`: a time that is only known roughly."""
    if seconds < 0.95:
        return f"{max(seconds, 0.01):.1g} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def ratio(value: float) -> str:
    """`0.42 ×`, `1/410 ×`."""
    return f"{value:.3g} ×" if value >= 0.01 or value <= 0 else f"1/{_whole(1 / value)} ×"


def _whole(value: float) -> str:
    """Three digits of a large number: `9,800`."""
    digits = 10 ** max(len(str(int(value))) - 3, 0)
    return f"{round(value / digits) * digits:,}"


def duration(seconds: float) -> str:
    """`0:07`, `1:12`, `2:03:09`."""
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def shape(sizes: Iterable[int]) -> str:
    """`64×28×28`."""
    return "×".join(str(size) for size in sizes)


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _scaled(value: float, base: int, units: list[str]) -> str:
    power = 0
    # 999.5 would be written as 1000.
    while abs(value) >= base - 0.5 and power < len(units) - 1:
        value /= base
        power += 1
    if power == 0:
        return f"{value:.0f} {units[0]}".rstrip()
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if digits else text} {units[power]}"
