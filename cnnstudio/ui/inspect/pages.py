"""The pages of Inspect, in the order of their tabs."""

from __future__ import annotations

from cnnstudio.ui.inspect.compare.page import ComparePage
from cnnstudio.ui.inspect.embedding.page import EmbeddingPage
from cnnstudio.ui.inspect.filters.page import FiltersPage
from cnnstudio.ui.inspect.image_page import ImagePage
from cnnstudio.ui.inspect.imagine.attack_page import AttackPage
from cnnstudio.ui.inspect.imagine.visualize_page import VisualizePage
from cnnstudio.ui.inspect.mistakes.page import MistakesPage
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.steps.page import StepsPage

PAGES: tuple[type[Page], ...] = (
    ImagePage,
    StepsPage,
    FiltersPage,
    EmbeddingPage,
    MistakesPage,
    VisualizePage,
    AttackPage,
    ComparePage,
)
