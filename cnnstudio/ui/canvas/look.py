"""The canvas's colours and fonts, taken from the theme once and used by every item."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPen, QPixmap

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui import theme
from cnnstudio.ui.canvas.strength import strength_pens
from cnnstudio.ui.canvas.tint import LEVELS

STRONGEST = 0.6


class Look:
    """Pens, colours and fonts of one theme; made anew when the theme changes."""

    def __init__(self) -> None:
        self.surface = theme.color("surface_raised")
        self.canvas = theme.color("canvas")
        self.grid = theme.color("grid")
        self.border = theme.color("border")
        self.text = theme.color("text")
        self.muted = theme.color("text_muted")
        self.accent = theme.color("accent")
        self.error = theme.color("error")
        self.warning = theme.color("warning")
        self.ok = theme.color("ok")
        self.error_surface = theme.color("error_surface")
        self.warning_surface = theme.color("warning_surface")
        # Mixed beforehand: transparency costs time where hundreds of wires are drawn.
        self.wire = _mixed(self.muted, self.canvas, 0.75)
        self.kind_font = _font(11, bold=True)
        self.kind_font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 107)
        self.name_font = _font(14, bold=True)
        self.struck_font = _font(14, bold=True)
        self.struck_font.setStrikeOut(True)
        self.brief_font = _font(24, bold=True)
        self.text_font = _font(12)
        self.small_font = _font(11)
        self.note_font = _font(13)
        self.kind_metrics = QFontMetricsF(self.kind_font)
        self.name_metrics = QFontMetricsF(self.name_font)
        self.brief_metrics = QFontMetricsF(self.brief_font)
        self.text_metrics = QFontMetricsF(self.text_font)
        self.small_metrics = QFontMetricsF(self.small_font)
        self.wire_pen = _pen(self.wire, 1.6)
        self.wire_selected_pen = _pen(self.accent, 2.4)
        self.wire_hover_pen = _pen(self.text, 2.0)
        self.strength_pens = strength_pens(theme.current().dark)
        self.guide_pen = QPen(self.accent, 0, Qt.PenStyle.DashLine)
        strongest = theme.color("cost_tint")
        self._tints = [
            _mixed(strongest, self.surface, STRONGEST * level / (LEVELS - 1))
            for level in range(LEVELS)
        ]
        self._icons: dict[str, QPixmap] = {}
        self._frames: dict[str, tuple[QColor, QColor]] = {}
        self._titles: dict[int, tuple[QFont, QFontMetricsF]] = {}

    def frame(self, name: str) -> tuple[QColor, QColor]:
        """Fill and edge of a frame of this colour, opaque."""
        if name not in self._frames:
            color = theme.frame_color(name)
            self._frames[name] = (
                _mixed(color, self.canvas, 0.10),
                _mixed(color, self.canvas, 0.55),
            )
        return self._frames[name]

    def frame_font(self, grow: float = 1.0) -> QFont:
        """The font of frames' titles, larger where they are seen from far away."""
        return self._title(grow)[0]

    def frame_metrics(self, grow: float = 1.0) -> QFontMetricsF:
        return self._title(grow)[1]

    def _title(self, grow: float) -> tuple[QFont, QFontMetricsF]:
        pixels = round(15 * grow)
        if pixels not in self._titles:
            font = _font(pixels, bold=True)
            self._titles[pixels] = font, QFontMetricsF(font)
        return self._titles[pixels]

    def category(self, category: str) -> QColor:
        return theme.category_color(category)

    def tint(self, level: int) -> QColor:
        """A card's ground for its share of a cost; text stays readable on each."""
        return self._tints[level]

    def severity(self, severity: str) -> QColor:
        return {"error": self.error, "warning": self.warning}.get(severity, self.accent)

    def icon(self, name: str, size: int, ratio: float) -> QPixmap:
        """An icon in the muted text colour; `ratio` is device pixels a scene pixel."""
        key = f"{name}/{size}/{ratio:.2f}"
        if key not in self._icons:
            self._icons[key] = theme.icon(name, self.muted).pixmap(
                round(size * ratio), round(size * ratio)
            )
        return self._icons[key]


def faded(color: QColor, opacity: float) -> QColor:
    copy = QColor(color)
    copy.setAlphaF(opacity)
    return copy


def _mixed(color: QColor, ground: QColor, share: float) -> QColor:
    parts = zip(color.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * a + (1 - share) * b for a, b in parts))


def _pen(color: QColor, width: float) -> QPen:
    return QPen(
        color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _font(pixels: int, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    # Cards are drawn at many scales; hinting to whole pixels would make widths jump.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def color_table(name: str) -> np.ndarray:
    """256 colours as 0xAARRGGBB of a colour map, uint32."""
    red, green, blue = colour_maps[name].astype(np.uint32).T
    return 0xFF000000 | red << 16 | green << 8 | blue
