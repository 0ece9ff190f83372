from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cnnstudio.layers.catalogue import catalogue
from cnnstudio.layers.search import SYNONYMS, matching
from cnnstudio.ui import theme
from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE
from cnnstudio.ui.design.palette import Palette
from cnnstudio.ui.design.palette_model import FOLD, LAYER, Heading, More, PaletteModel

Key = Qt.Key


@pytest.fixture
def palette(session, qtbot) -> Palette:
    made = Palette()
    qtbot.addWidget(made)
    made.resize(240, 600)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def kinds(palette: Palette) -> list[str]:
    return [layer.kind for layer in palette.model.layers]


def kinds_added(workspace) -> list[str]:
    return [node.kind for node in workspace._session.project.network.nodes]


def row_of(palette: Palette, kind: str):
    model = palette.model
    rows = (model.index(row) for row in range(model.rowCount()))
    return next(i for i in rows if i.data(LAYER) and i.data(LAYER).kind == kind)


def folds(model, sort):
    indexes = (model.index(row) for row in range(model.rowCount()))
    return {index.data(FOLD).category: index for index in indexes if type(index.data(FOLD)) is sort}


def open_everything(model):
    for sort in (Heading, More):
        for category in folds(model, sort):
            index = folds(model, sort)[category]
            if not index.data(FOLD).open:
                model.toggle(index)


def test_the_common_layers_are_listed_by_category_and_the_others_on_demand(palette):
    headings = list(folds(palette.model, Heading))
    assert headings[:3] == ["Input and output", "Convolution", "Pooling"]
    assert headings == list(dict.fromkeys(kind.category for kind in catalogue.values()))
    assert len(kinds(palette)) < 80
    assert all(kind.common for kind in palette.model.layers)

    open_everything(palette.model)
    assert kinds(palette) == list(catalogue)


def test_a_click_on_a_heading_closes_its_category_and_opens_it_again(palette, qtbot):
    def click():
        place = palette.list.visualRect(folds(palette.model, Heading)["Convolution"]).center()
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    click()
    assert "Conv2d" not in kinds(palette)
    assert "MaxPool2d" in kinds(palette)
    click()
    assert "Conv2d" in kinds(palette)


def test_more_shows_the_seldom_used_layers_of_its_category(palette, qtbot):
    more = folds(palette.model, More)["Convolution"]
    shown = len([k for k in palette.model.layers if k.category == "Convolution"])
    hidden = more.data(FOLD).count
    assert more.data() == f"{hidden} more"
    palette.list.scrollTo(more)
    place = palette.list.visualRect(more).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    now = [k for k in palette.model.layers if k.category == "Convolution"]
    assert len(now) == shown + hidden
    assert "Fold" in kinds(palette)


def test_headings_are_opened_and_closed_with_the_keyboard(palette, qtbot):
    palette.list.setFocus()
    palette.list.setCurrentIndex(folds(palette.model, Heading)["Convolution"])
    for key, listed in ((Key.Key_Left, False), (Key.Key_Right, True), (Key.Key_Return, False)):
        qtbot.keyClick(palette.list, key)
        assert ("Conv2d" in kinds(palette)) == listed
        assert palette.list.currentIndex().data() == "Convolution"


def test_what_is_open_is_remembered(palette):
    model = palette.model
    model.toggle(folds(model, Heading)["Pooling"])
    model.toggle(folds(model, More)["Convolution"])
    again = PaletteModel(catalogue)
    again.restore_folds(model.folds)
    assert [kind.kind for kind in again.layers] == kinds(palette)


def test_a_search_finds_layers_of_closed_categories(palette, qtbot):
    palette.model.toggle(folds(palette.model, Heading)["Convolution"])
    qtbot.keyClicks(palette.search, "unfold")
    assert kinds(palette)[0] == "Unfold"


def test_categories_are_told_apart_by_colour_and_icon_together(palette):
    marks = [
        (theme.category_color(index.data(FOLD).category).name(), index.data(FOLD).icon)
        for index in folds(palette.model, Heading).values()
    ]
    assert len(set(marks)) == len(marks)
    assert len({icon for _, icon in marks}) == len(marks)


def test_search_filters_and_escape_shows_all_again(palette, qtbot):
    qtbot.keyClicks(palette.search, "max pool")
    assert kinds(palette)[:3] == ["MaxPool2d", "MaxPool1d", "MaxPool3d"]
    assert "AvgPool2d" not in kinds(palette)

    qtbot.keyClick(palette.search, Key.Key_Escape)
    assert {"Input", "MaxPool2d", "AvgPool2d"} <= set(kinds(palette))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("linear", "Linear"), ("dense", "Linear"), ("bn", "BatchNorm2d"), ("conv", "Conv2d"),
        ("swish", "SiLU"), ("skip", "Add"), ("deconv", "ConvTranspose2d"), ("relu", "ReLU"),
        ("pooling", "MaxPool2d"), ("mobilenet", "DepthwiseConv2d"), ("fc", "Linear"),
        ("SE", "SqueezeExcitation"),
        ("drop path", "StochasticDepth"), ("gap", "AdaptiveAvgPool2d"), ("concat", "Concatenate"),
    ],
)  # fmt: skip
def test_layers_are_found_by_what_people_call_them(text, first):
    assert matching(catalogue.values(), text)[0].kind == first


def test_every_synonym_finds_something():
    for word in SYNONYMS:
        assert matching(catalogue.values(), word), word


def test_a_search_without_result_says_so(palette, qtbot):
    qtbot.keyClicks(palette.search, "zzz")
    assert palette.findChild(object, "palette_nothing").isVisible()
    qtbot.keyClick(palette.search, Key.Key_Return)  # adds nothing


def test_enter_in_the_search_adds_the_best_match(workspace, qtbot):
    search = workspace.palette_panel.search
    qtbot.keyClicks(search, "dropout")
    qtbot.keyClick(search, Key.Key_Return)

    assert "Dropout" in kinds_added(workspace)


def test_arrows_go_from_the_search_into_the_list_and_back(palette, qtbot):
    chosen = []
    palette.chosen.connect(chosen.append)
    palette.start_search()
    qtbot.keyClick(palette.search, Key.Key_Down)
    assert palette.list.hasFocus()
    while palette.list.currentIndex().data() != "Conv2d":
        qtbot.keyClick(palette.list, Key.Key_Down)
    qtbot.keyClick(palette.list, Key.Key_Return)
    assert chosen == ["Conv2d"]

    for _ in range(palette.list.currentIndex().row() + 1):
        qtbot.keyClick(palette.list, Key.Key_Up)
    assert palette.search.hasFocus()


def test_a_double_click_adds_a_layer_once(workspace, qtbot):
    palette = workspace.palette_panel
    place = palette.list.visualRect(row_of(palette, "MaxPool2d")).center()
    before = len(kinds_added(workspace))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert kinds_added(workspace).count("MaxPool2d") == 1
    assert len(kinds_added(workspace)) == before + 1


def test_a_layer_is_dragged_as_its_kinds_name(palette):
    index = row_of(palette, "Conv2d")
    mime = palette.model.mimeData([index])

    assert bytes(mime.data(LAYER_MIME_TYPE).data()) == b"Conv2d"
    assert palette.model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    assert not palette.list.drag_picture(index).isNull()


def test_the_slash_key_starts_the_search_but_not_while_typing(workspace, open_small, qtbot):
    workspace.canvas.setFocus()
    qtbot.keyClick(workspace.canvas, Key.Key_Slash)
    assert workspace.palette_panel.search.hasFocus()

    name = workspace.inspector.overview_page.name
    name.setFocus()
    qtbot.keyClick(name, Key.Key_Slash)
    assert name.hasFocus()


def test_every_layer_tells_what_it_does(palette):
    index = row_of(palette, "ReLU")
    assert "Keeps positive values" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "ReLU" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)


def test_dragging_a_heading_drags_no_layer(palette, qtbot, monkeypatch):
    dragged = []
    monkeypatch.setattr(palette.list, "startDrag", lambda *_: dragged.append(1))
    palette.list.setCurrentIndex(row_of(palette, "Output"))
    heading = next(
        index
        for index in (palette.model.index(row) for row in range(palette.model.rowCount()))
        if index.data(LAYER) is None
    )
    for index, expected in ((heading, False), (row_of(palette, "Conv2d"), True)):
        place = palette.list.visualRect(index).center()
        qtbot.mousePress(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        for step in (4, 12, 24, 36):
            qtbot.mouseMove(palette.list.viewport(), place + type(place)(step, step))
        qtbot.mouseRelease(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert bool(dragged) == expected
