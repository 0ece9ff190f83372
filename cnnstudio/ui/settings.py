"""What the window remembers between starts: theme, sizes, recent files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

MAXIMUM_RECENT = 10


class Settings:
    """The user's settings file; a place of its own (`file`) in tests."""

    def __init__(self, file: Path | None = None) -> None:
        ini = QSettings.Format.IniFormat
        self._stored = (
            QSettings(ini, QSettings.Scope.UserScope, "cnn-studio", "cnn-studio")
            if file is None
            else QSettings(str(file), ini)
        )

    def value(self, key: str, default: Any = None) -> Any:
        """A stored value, as the type of `default`; the default if there is none of that type."""
        stored = self._stored.value(key)
        if stored is None or default is None:
            return default if stored is None else stored
        if isinstance(default, bool):
            return str(stored).lower() == "true"
        try:
            return stored if isinstance(stored, type(default)) else type(default)(stored)
        except (TypeError, ValueError):
            return default

    def set_value(self, key: str, value: Any) -> None:
        self._stored.setValue(key, value)

    def sync(self) -> None:
        self._stored.sync()

    @property
    def recent(self) -> list[Path]:
        """Project files opened or saved lately, newest first."""
        stored = self._stored.value("recent") or []
        return [Path(path) for path in ([stored] if isinstance(stored, str) else stored)]

    def add_recent(self, path: Path) -> None:
        path = path.absolute()
        kept = [path, *(old for old in self.recent if old != path)][:MAXIMUM_RECENT]
        self.set_value("recent", [str(kept_path) for kept_path in kept])

    @property
    def folder(self) -> Path:
        """Where the last file dialog ended; the user's home at first."""
        stored = Path(self.value("folder", ""))
        return stored if stored.is_absolute() and stored.is_dir() else Path.home()

    def remember_folder(self, chosen: Path | str) -> None:
        """Remembers where a file was chosen, for the next dialog."""
        self.set_value("folder", str(Path(chosen).absolute().parent))

    def forget_recent(self, path: Path) -> None:
        self.set_value("recent", [str(old) for old in self.recent if old != path])
