"""File > Import: a model by name or a file becomes the document, with its weights."""

import pytest
import torch
import torchvision
from PySide6.QtCore import Qt

from cnnstudio.layers.torchvision_names import TORCHVISION_MODELS
from cnnstudio.training.rundir import imports_folder
from cnnstudio.ui.importing import ImportDialog
from tests.compiler.importing import models

PATIENCE = 90_000


@pytest.fixture
def dialog(session, qtbot):
    dialog = ImportDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.stop()


def shown(dialog):
    rows = (dialog.models.item(row) for row in range(dialog.models.count()))
    return [item.text() for item in rows if not item.isHidden()]


def test_the_list_holds_torchvisions_classification_models():
    assert set(TORCHVISION_MODELS) == set(torchvision.models.list_models(module=torchvision.models))


def test_typing_finds_a_model(dialog, qtbot):
    qtbot.keyClicks(dialog.search, "net v3")
    assert shown(dialog) == ["mobilenet_v3_large", "mobilenet_v3_small"]
    assert dialog.models.currentItem().text() == "mobilenet_v3_large"
    qtbot.keyClicks(dialog.search, " nothing")
    assert shown(dialog) == []
    assert not dialog.start.isEnabled()


def test_a_model_is_imported_with_its_weights(dialog, qtbot):
    qtbot.keyClicks(dialog.search, "squeezenet1_1")
    dialog.shape.setText("3,64,64")
    with qtbot.waitSignal(dialog.imported, timeout=PATIENCE) as got:
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        assert dialog.progress.isVisible()
        assert dialog.end.text() == "Cancel"
    file, told = got.args
    assert "squeezenet1_1 is imported" in told.text and str(file.parent) in told.hint
    assert file.is_file() and file.with_suffix(".safetensors").is_file()
    assert not dialog.isVisible()


def test_a_file_is_imported_and_a_broken_one_is_told(dialog, qtbot, tmp_path):
    broken = tmp_path / "broken.pt2"
    broken.write_bytes(b"nothing")
    dialog.import_file(broken)
    qtbot.waitUntil(lambda: not dialog.working, timeout=PATIENCE)
    assert "broken.pt2 can't be read" in dialog.state.text()
    file = tmp_path / "small.pt2"
    module = models.Branching().eval()
    torch.export.save(torch.export.export(module, (torch.randn(1, 3, 16, 16),)), file)
    with qtbot.waitSignal(dialog.imported, timeout=PATIENCE):
        dialog.import_file(file)


def test_an_import_can_be_ended(dialog, qtbot):
    dialog.import_model()
    qtbot.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.working, timeout=PATIENCE)
    assert dialog.isVisible() and dialog.end.text() == "Close"
    assert not list(imports_folder().glob("*.cnns"))
