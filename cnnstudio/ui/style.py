"""The style sheet of the window. `@name@` stands for a colour token of the theme."""

SHEET = """
QWidget { color: @text@; }
QMainWindow, QDialog { background: @surface@; }
QToolTip {
    background: @surface_raised@; color: @text@;
    border: 1px solid @border_strong@; padding: 4px 6px;
}

QLabel { background: transparent; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="heading"] { font-size: 13px; font-weight: 600; }
QLabel[role="muted"] { color: @text_muted@; }
QLabel[role="caption"] { color: @text_muted@; font-size: 11px; }
QLabel[role="error"] { color: @error@; font-size: 11px; }
QLabel[role="badge"] {
    color: @text_muted@; background: @surface_hover@; font-size: 11px;
    border-radius: 4px; padding: 2px 6px;
}
QLabel[role="kind"] { color: @text_muted@; font-size: 11px; font-weight: 600; }

QPushButton, QToolButton[role="button"] {
    background: @surface_raised@; border: 1px solid @border@; border-radius: @radius@;
    padding: 4px 12px; min-height: 20px;
}
QPushButton:hover, QToolButton[role="button"]:hover { background: @surface_hover@; }
QPushButton:pressed, QPushButton:checked { background: @surface_selected@; border-color: @accent@; }
QPushButton:focus { border-color: @accent@; }
QPushButton:disabled { color: @text_disabled@; background: @surface@; }
QPushButton[role="primary"] {
    background: @accent@; color: @accent_text@; border-color: @accent@; font-weight: 600;
}
QPushButton[role="primary"]:hover { background: @accent_hover@; border-color: @accent_hover@; }
QPushButton[role="primary"]:focus { border-color: @text@; }
QPushButton[role="primary"]:disabled {
    background: @track@; color: @text_muted@; border-color: @track@;
}
QPushButton[role="quiet"], QPushButton[role="link"] {
    background: transparent; border-color: transparent;
}
QPushButton[role="quiet"]:hover { background: @surface_hover@; }
QPushButton[role="quiet"]:focus, QPushButton[role="link"]:focus { border-color: @accent@; }
QPushButton[role="link"] { color: @link@; padding: 2px 4px; margin-left: -5px; }

QFrame#canvas_find, QFrame#canvas_busy, QFrame#canvas_living, QFrame#probe_chooser {
    background: @surface_raised@; border: 1px solid @border_strong@; border-radius: @radius@;
}
QPlainTextEdit#canvas_text_editor {
    background: @surface_raised@; border: 1px solid @accent@; border-radius: 4px;
}
QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: @radius@; padding: 4px;
}
QToolButton:hover { background: @surface_hover@; }
QToolButton:focus { border-color: @accent@; }
QToolButton:checked { background: @surface_selected@; }
QToolButton[role="heading"] { font-weight: 600; padding: 2px 6px 2px 0; margin-left: -5px; }
QToolButton[role="heading"]:checked { background: transparent; }
QToolButton[role="heading"]:hover { background: @surface_hover@; }
QLabel[role="key"] {
    color: @text_muted@; background: @surface_hover@; border: 1px solid @border@;
    border-radius: 4px; padding: 0 5px;
}
QLabel[role="formula"] {
    background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
    padding: 6px 8px;
}
QLineEdit[role="name"] {
    background: transparent; border-color: transparent; padding: 1px 6px; margin: 0 -9px;
}
QLineEdit[role="name"]:hover { border-color: @border@; }
QLineEdit[role="name"]:focus { background: @surface_sunken@; border-color: @accent@; }
QLineEdit[role="name"][invalid="true"] { border-color: @error@; }
QPlainTextEdit[role="code"] { border: none; background: @surface@; }
QFrame[role="strip"] { background: @surface@; border-bottom: 1px solid @border@; }
QToolButton[role="crumb"] { padding: 2px 5px; }
QFrame[role="popup"] { background: @surface_raised@; border: 1px solid @border_strong@; }
QFrame[role="popup"] QAbstractItemView { background: @surface_raised@; }
QWidget[role="drawer"] { background: @surface@; }
QToolButton[role="fold"] { color: @text_muted@; padding: 2px 6px 2px 0; margin-left: -5px; }
QToolButton[role="fold"]:checked { background: transparent; }
QToolButton[role="fold"]:hover { background: @surface_hover@; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
    padding: 3px 8px; min-height: 20px;
    selection-background-color: @accent@; selection-color: @accent_text@;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {
    border-color: @border_strong@;
}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus,
QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent@; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] {
    border-color: @error@;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @text_disabled@; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
ChoiceBox::drop-down, ChoiceEditor::drop-down { border: none; width: 22px; }
QComboBox QAbstractItemView {
    background: @surface_raised@; border: 1px solid @border_strong@; padding: 2px;
    selection-background-color: @surface_selected@; selection-color: @text@; outline: none;
}

QTextEdit[role="log"] { background: @surface@; border: none; border-radius: 0; padding: 0 4px; }

QAbstractItemView {
    background: @surface@; border: none; outline: none;
    alternate-background-color: @surface_sunken@;
    selection-background-color: @surface_selected@; selection-color: @text@;
}
QAbstractItemView::item { padding: 3px 6px; }
QAbstractItemView::item:hover { background: @surface_hover@; }
QAbstractItemView::item:selected { background: @surface_selected@; color: @text@; }
QHeaderView::section {
    background: @surface@; color: @text_muted@; border: none; border-bottom: 1px solid @border@;
    padding: 4px 6px;
}
QHeaderView::up-arrow, QHeaderView::down-arrow {
    subcontrol-origin: margin; subcontrol-position: top center; width: 9px; height: 9px;
}
QTableCornerButton::section {
    background: @surface@; border: none; border-bottom: 1px solid @border@;
}
QTableView { gridline-color: @border@; }

QMenuBar { background: @surface@; border-bottom: 1px solid @border@; padding: 1px 4px; }
QMenuBar::item { background: transparent; padding: 3px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: @surface_hover@; }
QMenu { background: @surface_raised@; border: 1px solid @border_strong@; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: @surface_selected@; }
QMenu::item:disabled { color: @text_disabled@; }
QMenu::separator { height: 1px; background: @border@; margin: 4px 8px; }

QTabWidget::pane { border: none; border-top: 1px solid @border@; }
QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: @text_muted@; padding: 6px 12px; border: none;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: @text@; border-bottom-color: @accent@; }
QTabBar::tab:hover { color: @text@; }
QTabBar::tab:focus { background: @surface_hover@; }

QSplitter::handle { background: @border@; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }
/* A menu's submenu is no page in a scroll area, though the rule above takes it for one. */
QScrollArea > QMenu > QMenu { background: @surface_raised@; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @border_strong@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @text_muted@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar {
    background: @track@; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
}
QProgressBar::chunk { background: @accent@; border-radius: 3px; }
QSlider::groove:horizontal { background: @track@; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent@; border-radius: 2px; }
QSlider::handle:horizontal {
    background: @surface_raised@; border: 2px solid @accent@; width: 10px; height: 10px;
    margin: -5px 0; border-radius: 7px;
}
QSlider:focus { outline: none; }
QSlider::handle:horizontal:focus { background: @accent@; }
QGroupBox {
    border: 1px solid @border@; border-radius: @radius@; margin-top: 10px; padding-top: 8px;
}
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: @text_muted@; }

QRadioButton { spacing: 8px; }
QRadioButton::indicator {
    width: 12px; height: 12px; border: 1px solid @text_muted@; border-radius: 7px;
    background: @surface_sunken@;
}
QRadioButton::indicator:checked { border: 4px solid @accent@; width: 6px; height: 6px; }
QRadioButton::indicator:focus, QRadioButton::indicator:hover { border-color: @accent@; }
QRadioButton::indicator:disabled { border-color: @text_disabled@; }
QRadioButton:disabled { color: @text_disabled@; }
QFrame[role="outcome"] {
    background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
}
QFrame[role="outcome"][level="error"] { background: @error_surface@; border-color: @error@; }
QFrame[role="card"] {
  background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
}
QFrame[role="chip"] {
    background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
}
QFrame[role="step"] {
    background: @surface_sunken@; border: 1px solid @border@; border-radius: @radius@;
}
QFrame[role="step"]:hover { border-color: @border_strong@; }
QFrame[role="step"]:focus { border-color: @accent@; }
QFrame[role="step"][lifted="true"] { background: @surface_selected@; border-color: @accent@; }
QFrame[role="step"][off="true"] QLabel[role="heading"] { color: @text_disabled@; }
QFrame[role="gap"] { background: @accent@; border: none; border-radius: 1px; }
QFrame[role="line"] { background: @border@; border: none; max-height: 1px; min-height: 1px; }
QWidget#rail, QWidget#top_bar, QWidget#status_bar, QWidget[role="panel"] { background: @surface@; }
QWidget#rail { border-right: 1px solid @border@; }
QWidget#top_bar { border-bottom: 1px solid @border@; }
QWidget#status_bar { border-top: 1px solid @border@; }
QWidget#status_bar QPushButton { padding: 0 6px; min-height: 18px; }
QToolButton[role="workspace"] {
    border: none; border-left: 3px solid transparent; border-radius: 0; color: @text_muted@;
    padding: 6px 3px 6px 0; font-size: 11px;
}
QToolButton[role="workspace"]:hover { background: @surface_hover@; color: @text@; }
QToolButton[role="workspace"]:checked {
    background: @surface@; border-left-color: @accent@; color: @text@;
}
QToolButton[role="workspace"]:focus { background: @surface_hover@; }
QFrame[role="banner"] {
    background: @info_surface@; border: none; border-bottom: 1px solid @border@;
}
QFrame#banner { border-bottom: none; border-top: 1px solid @border@; }
QFrame[role="banner"][level="error"] { background: @error_surface@; }
QFrame[role="banner"][level="warning"] { background: @warning_surface@; }
QWidget#gallery { background: @canvas@; }
"""
