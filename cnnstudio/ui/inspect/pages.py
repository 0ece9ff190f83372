"""The pages of Inspect, in the order of their tabs."""

from __future__ import annotations

from cnnstudio.ui.inspect.image_page import ImagePage
from cnnstudio.ui.inspect.page import Page

PAGES: tuple[type[Page], ...] = (ImagePage,)
