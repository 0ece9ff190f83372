"""The explanation methods to choose from, by family."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel

from cnnstudio.interpret.explanations.declared import Method
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.ui.choice_box import ChoiceBox


class MethodBox(ChoiceBox):
    """Families as headings that can't be chosen; what a method does and costs as tool tips."""

    def __init__(self, name: str) -> None:
        families: dict[str, list[Method]] = {}
        for method in methods.values():
            families.setdefault(method.category, []).append(method)
        items: list[tuple[str, str]] = []
        for family, members in families.items():
            items.append((family.upper(), ""))
            items += [(method.title, method.kind) for method in members]
        super().__init__(name, items)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for place, (_, kind) in enumerate(self.items):
            if not kind:
                model.item(place).setEnabled(False)
                continue
            about = methods[kind]
            needs = f"\nNeeds {about.needs}." if about.needs else ""
            self.setItemData(place, f"{about.doc}\nCost: {about.cost}.{needs}",
                             Qt.ItemDataRole.ToolTipRole)  # fmt: skip
        self.choose(next(iter(methods)))
