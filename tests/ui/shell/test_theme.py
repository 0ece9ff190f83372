from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QIcon

from cnnstudio.layers import catalogue
from cnnstudio.ui import theme
from cnnstudio.ui.style import SHEET

TEXTS = ["text", "text_muted", "link", "error", "warning", "ok"]
SURFACES = ["surface", "surface_raised", "surface_sunken", "surface_hover", "canvas"]
PAIRS = [
    *((text, surface) for text in TEXTS for surface in SURFACES),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("text", "surface_selected"),
    ("text_muted", "surface_selected"),
    ("text_muted", "track"),
    *((text, "error_surface") for text in ("text", "text_muted", "error", "link")),
    *((text, "warning_surface") for text in ("text", "text_muted", "warning", "link")),
    *((text, "info_surface") for text in ("text", "text_muted", "link")),
]


def luminance(name: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    color = QColor(name)
    return sum(
        weight * linear(value)
        for weight, value in zip(
            (0.2126, 0.7152, 0.0722), (color.redF(), color.greenF(), color.blueF()), strict=True
        )
    )


def contrast(first: str, second: str) -> float:
    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("one", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_text_can_be_read_on_every_surface(one):
    poor = {
        pair: round(contrast(one.colors[pair[0]], one.colors[pair[1]]), 2)
        for pair in PAIRS
        if contrast(one.colors[pair[0]], one.colors[pair[1]]) < 4.5
    }

    assert not poor


def test_both_themes_name_the_same_colours():
    assert theme.LIGHT.colors.keys() == theme.DARK.colors.keys()
    assert theme.LIGHT.categories.keys() == theme.DARK.categories.keys()


def test_every_category_of_layers_has_a_colour_of_its_own():
    categories = {kind.category for kind in catalogue.values()}

    assert categories <= theme.LIGHT.categories.keys()


def test_the_style_sheet_uses_only_known_colours(qapp):
    named = set(re.findall(r"@(\w+)@", SHEET)) - {"radius"}

    assert named <= theme.LIGHT.colors.keys()
    assert "@" not in theme.stylesheet()


def test_choosing_a_theme_is_told_and_remembered(session, qtbot):
    with qtbot.waitSignal(session.theme_changed):
        session.set_theme("dark")

    assert theme.current().dark
    assert session.settings.value("theme") == "dark"


def test_a_swatch_has_its_colour_in_a_selected_row_too(qapp):
    icon = theme.swatch(QColor("#d55e00"))
    plain, selected = (
        icon.pixmap(14, 14, mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected)
    )
    assert plain == selected and plain.pixelColor(7, 7).hue() == pytest.approx(26, abs=2)
