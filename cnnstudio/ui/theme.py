"""Colours, spacings, fonts and icons of the window, for light and dark. The only place for them.

`use(mode)` chooses; everything else reads what is current. Text has a contrast of at least 4.5:1
on every surface it stands on; categories are Okabe and Ito's colours, which stay apart for the
colour-blind, and carry an icon as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette, QPixmap

from cnnstudio.layers.colors import CATEGORY_COLORS, SERIES_COLORS

Mode = Literal["system", "light", "dark"]

spacing = 8
radius = 6
rail_width = 56
palette_width = 240
inspector_width = 320
top_bar_height = 48
status_bar_height = 28
animation_milliseconds = 120


@dataclass(frozen=True)
class Theme:
    """One set of colours, as `#rrggbb`."""

    name: str
    colors: dict[str, str]
    categories: dict[str, str] = field(default_factory=dict)

    @property
    def dark(self) -> bool:
        return self.name == "dark"


LIGHT = Theme(
    "light",
    {
        "surface": "#ffffff",
        "surface_raised": "#ffffff",
        "surface_sunken": "#f4f5f8",
        "surface_hover": "#eceff4",
        "surface_selected": "#e3eefb",
        "canvas": "#f5f6f8",
        "grid": "#e8ebf0",
        "border": "#dde1e7",
        "border_strong": "#c3c9d3",
        "text": "#14181f",
        "text_muted": "#525b6b",
        "text_disabled": "#9aa2b0",
        "accent": "#1d68c4",
        "accent_hover": "#175aad",
        "accent_text": "#ffffff",
        "link": "#1a5fb4",
        "error": "#b3261e",
        "error_surface": "#fdecea",
        "warning": "#8a5300",
        "warning_surface": "#fff4dc",
        "ok": "#18794e",
        "info_surface": "#e8f1fc",
        "train": "#0072b2",
        "validation": "#d55e00",
        "track": "#dfe3ea",
        "cost_bar": "#cfe0f5",
        "cost_tint": "#e69f00",
        "on_picture": "#ffffff",
        "on_picture_shadow": "#14181f",
    },
    CATEGORY_COLORS,
)
DARK = Theme(
    "dark",
    {
        "surface": "#1c1f26",
        "surface_raised": "#23272f",
        "surface_sunken": "#15171c",
        "surface_hover": "#2a2f39",
        "surface_selected": "#22364f",
        "canvas": "#141619",
        "grid": "#1d2025",
        "border": "#2e333d",
        "border_strong": "#464d5a",
        "text": "#e9ebef",
        "text_muted": "#a9b1bf",
        "text_disabled": "#666e7c",
        "accent": "#4d9bea",
        "accent_hover": "#6aaef2",
        "accent_text": "#0b1523",
        "link": "#6fb1f3",
        "error": "#ff8a80",
        "error_surface": "#3a2022",
        "warning": "#f2b84b",
        "warning_surface": "#372c18",
        "ok": "#5fc994",
        "info_surface": "#1d2c40",
        "train": "#56b4e9",
        "validation": "#ff9d4d",
        "track": "#333944",
        "cost_bar": "#28456b",
        "cost_tint": "#d55e00",
        "on_picture": "#ffffff",
        "on_picture_shadow": "#14181f",
    },
    {
        **LIGHT.categories,
        "Input and output": "#9aa1ad",
        "Convolution": "#2b8fd0",
        "My layers": "#c48f4f",
        "Blocks": "#93a6cc",
        "My blocks": "#93a6cc",
    },
)

# Mixed with the canvas, so one set serves both themes.
FRAME_COLORS = {
    "grey": "#808a99",
    "blue": "#2b8fd0",
    "green": "#1f9d72",
    "yellow": "#d99a00",
    "red": "#d9553b",
    "purple": "#8b6ff0",
}

# For drawings: light, on white.
PAPER = Theme(
    "paper",
    {**LIGHT.colors, "canvas": "#ffffff", "border": LIGHT.colors["border_strong"]},
    LIGHT.categories,
)

_current = LIGHT


def use(mode: Mode) -> bool:
    """Makes the light or dark theme current, or the system's; True if that changed anything."""
    global _current
    hints = QGuiApplication.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(mode)
    if scheme is None:
        hints.unsetColorScheme()
        scheme = hints.colorScheme()
    else:
        # Native dialogs and title bars follow this too.
        hints.setColorScheme(scheme)
    wanted = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    changed, _current = wanted is not _current, wanted
    return changed


@contextmanager
def drawn_in(other: Theme) -> Iterator[None]:
    """Within it, colours are those of another theme: for a drawing, whatever the window's is."""
    global _current
    kept, _current = _current, other
    try:
        yield
    finally:
        _current = kept


def current() -> Theme:
    return _current


def color(name: str) -> QColor:
    """The current colour of a token; KeyError for an unknown one."""
    return QColor(_current.colors[name])


def category_color(category: str) -> QColor:
    """The edge colour of a layer category; grey for one that has none of its own."""
    return QColor(_current.categories.get(category, _current.categories["Input and output"]))


def frame_color(name: str) -> QColor:
    """The colour of a frame on the canvas; grey for a name that is none."""
    return QColor(FRAME_COLORS.get(name, FRAME_COLORS["grey"]))


def run_color(slot: int) -> QColor:
    """The colour of one of several runs, or classes, that are shown together."""
    return QColor(SERIES_COLORS[slot % len(SERIES_COLORS)][_current.dark])


def icon(name: str, color: QColor | str | None = None) -> QIcon:
    """A qtawesome icon such as `mdi6.play`, in the text colour unless told otherwise.

    `color` may be a token's name or a QColor. Its disabled picture is drawn in the disabled
    text colour.
    """
    if color is None or isinstance(color, str):
        color = QColor(_current.colors[color or "text"])
    return _icon(name, color.name(QColor.NameFormat.HexArgb), _current.colors["text_disabled"])


def swatch(color: QColor, pixels: int = 14) -> QIcon:
    """A square of a colour, the same in a selected row: Qt would tint it there."""
    picture = QPixmap(pixels, pixels)
    picture.fill(color)
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


@cache
def _icon(name: str, color: str, disabled: str) -> QIcon:
    import qtawesome

    return qtawesome.icon(name, color=QColor(color), color_disabled=QColor(disabled))


def font(pixels: int = 13, bold: bool = False, fixed: bool = False) -> QFont:
    """The system's font in a size, with digits of equal width."""
    made = QFont("monospace") if fixed else QFont(QGuiApplication.font())
    if fixed:
        made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def palette() -> QPalette:
    """The palette of standard widgets in the current theme."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: "surface",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "surface_sunken",
        QPalette.ColorRole.AlternateBase: "surface_hover",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "text_muted",
        QPalette.ColorRole.Button: "surface_raised",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "accent_text",
        QPalette.ColorRole.ToolTipBase: "surface_raised",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Link: "link",
        QPalette.ColorRole.Accent: "accent",
        QPalette.ColorRole.Mid: "border",
        QPalette.ColorRole.Dark: "border_strong",
        QPalette.ColorRole.Light: "surface_raised",
        QPalette.ColorRole.Midlight: "surface_hover",
    }
    for role, name in roles.items():
        made.setColor(role, color(name))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, color("text_disabled"))
    return made


def stylesheet() -> str:
    """The style of all widgets in the current theme.

    Buttons with the property `role` "primary" are filled with the accent, with "quiet" have no
    frame; labels with `role` "heading", "title", "muted", "caption" have that look.
    """
    from cnnstudio.ui.style import SHEET

    sheet = SHEET
    for name, value in _current.colors.items():
        sheet = sheet.replace(f"@{name}@", value)
    return sheet.replace("@radius@", f"{radius}px")
