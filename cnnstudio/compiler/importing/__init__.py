"""From PyTorch back to a drawing: modules, exported programs and ONNX files become projects."""

from cnnstudio.compiler.importing.from_module import Imported, from_module

__all__ = ["Imported", "from_module"]
