"""How the window looks: calm, few lines, one strong colour for what to do next; light or dark."""

# ruff: noqa: E501 - a rule of the style sheet stands on one line

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from ui.colors import THEME, Colors

CHINESE_FAMILIES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Droid Sans Fallback",
)
"""Families tried in this order before the font that the program brings along."""

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
VENDOR_FONTS = RESOURCES / "vendor" / "wqy-microhei"
ICONS = (RESOURCES / "icons").as_posix()


def sheet(c: Colors) -> str:
    """Write the style sheet in the colours `c`."""
    return f"""
* {{ font-size: 13px; color: {c.ink}; }}
QMainWindow, QDialog, QWidget#page {{ background: {c.paper}; }}
QMenuBar {{ background: {c.paper}; padding: 1px 6px; }}
QMenuBar::item {{ padding: 3px 9px; border-radius: 5px; background: transparent; }}
QMenuBar::item:selected {{ background: {c.field}; }}
QMenu {{ background: {c.paper}; border: 1px solid {c.line}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 24px; border-radius: 5px; }}
QMenu::item:selected {{ background: {c.primary_faint}; }}
QMenu::item:disabled {{ color: {c.disabled}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
QToolTip {{ background: {c.tip_back}; color: {c.tip_ink}; border: 0; padding: 4px 7px; }}

QWidget#topbar {{ background: {c.paper}; border-bottom: 1px solid {c.line}; }}
QLabel#station {{ font-size: 15px; font-weight: 600; }}
QPushButton#task {{ border: 0; border-radius: 7px; padding: 6px 15px; background: transparent; font-size: 14px; }}
QPushButton#task:hover {{ background: {c.field}; }}
QPushButton#task:checked {{ background: {c.primary}; color: {c.on_primary}; font-weight: 600; }}
QPushButton#task:focus {{ border: 1px solid {c.primary}; padding: 5px 14px; }}
QPushButton#task:disabled {{ color: {c.disabled}; }}
QLineEdit#search {{ border: 1px solid {c.line}; border-radius: 13px; padding: 3px 10px 3px 6px; min-height: 20px; background: {c.field}; }}
QLineEdit#search:focus {{ border: 1px solid {c.primary}; background: {c.paper}; }}
QToolButton {{ border: 0; border-radius: 6px; padding: 4px; background: transparent; }}
QToolButton:hover {{ background: {c.field}; }}
QToolButton:focus {{ border: 1px solid {c.primary}; padding: 3px; }}
QToolButton:disabled {{ color: {c.disabled}; }}
QToolButton#flat {{ color: {c.second}; padding: 4px 8px; }}
QToolButton#flat:hover {{ color: {c.ink}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton:checked {{ background: {c.primary_faint}; }}

QWidget#left, QWidget#right, QWidget#bottom {{ background: {c.paper}; }}
QWidget#left {{ border-right: 1px solid {c.line}; }}
QStackedWidget#right {{ border-left: 1px solid {c.line}; }}
QWidget#bottom {{ border-top: 1px solid {c.line}; }}
QLabel#section {{ color: {c.second}; font-size: 12px; padding-top: 4px; }}
QLabel#second {{ color: {c.second}; }}
QLabel#headline {{ font-size: 20px; font-weight: 500; }}
QLabel#tile-label {{ color: {c.second}; font-size: 12px; }}
QLabel#tile-value {{ font-size: 21px; }}
QLabel#tile-note {{ color: {c.second}; font-size: 11px; }}
QFrame#tile {{ background: {c.field}; border-radius: 8px; }}
QFrame#notice {{ background: {c.warn_back}; border: 1px solid {c.warn_line}; border-radius: 8px; }}
QFrame#notice QLabel {{ color: {c.warn_ink}; }}
QFrame#rule {{ background: {c.line}; max-height: 1px; min-height: 1px; border: 0; }}
QLabel#row-value {{ color: {c.ink}; }}

QPushButton {{ border: 1px solid {c.line}; border-radius: 7px; padding: 6px 13px; background: {c.field}; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:focus {{ border: 1px solid {c.primary}; }}
QPushButton:disabled {{ color: {c.disabled}; background: {c.field}; }}
QPushButton#primary {{ background: {c.primary}; border: 1px solid {c.primary}; color: {c.on_primary}; font-weight: 600; }}
QPushButton#primary:hover {{ background: {c.primary_dark}; }}
QPushButton#primary:focus {{ border: 1px solid {c.ink}; }}
QPushButton#primary:disabled {{ background: {c.primary_off}; border: 1px solid {c.primary_off}; color: {c.on_primary}; }}
QPushButton#link {{ border: 0; background: transparent; color: {c.primary_dark}; padding: 2px 0; text-align: left; }}
QPushButton#link:hover {{ text-decoration: underline; }}
QPushButton#link:focus {{ border: 1px dotted {c.primary}; }}
QPushButton#small {{ padding: 3px 7px; font-size: 12px; }}
QPushButton#chip {{ border: 1px solid {c.line}; border-radius: 10px; padding: 2px 10px; background: {c.primary_faint}; color: {c.primary_dark}; font-size: 12px; }}
QPushButton#card {{ text-align: left; padding: 12px 14px; background: {c.paper}; border: 1px solid {c.line}; border-radius: 10px; }}
QPushButton#card:hover {{ border: 1px solid {c.primary}; background: {c.primary_faint}; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit, QPlainTextEdit {{
    border: 1px solid {c.edge}; border-radius: 6px; padding: 4px 7px; background: {c.paper};
    selection-background-color: {c.primary}; selection-color: {c.on_primary}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 1px solid {c.primary}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ background: {c.field}; color: {c.disabled}; }}
QRadioButton {{ spacing: 7px; }}
QCheckBox {{ spacing: 7px; }}
QCheckBox::indicator, QListView::indicator, QTreeView::indicator {{ width: 14px; height: 14px; border: 1px solid {c.edge}; border-radius: 4px; background: {c.paper}; }}
QCheckBox::indicator:hover, QListView::indicator:hover, QTreeView::indicator:hover {{ border: 1px solid {c.primary}; }}
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked {{ background: {c.primary}; border: 1px solid {c.primary}; image: url("{ICONS}/check.svg"); }}
QCheckBox:focus {{ color: {c.primary_dark}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: url("{ICONS}/chevron-down.svg"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ border: 1px solid {c.line}; background: {c.paper}; selection-background-color: {c.primary_faint};
    selection-color: {c.ink}; outline: 0; padding: 3px; }}
QDateTimeEdit::drop-down {{ border: 0; width: 22px; }}
QDateTimeEdit::down-arrow {{ image: url("{ICONS}/chevron-down.svg"); width: 12px; height: 12px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
    border: 0; width: 16px; background: transparent; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{ICONS}/chevron-up.svg"); width: 10px; height: 10px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{ICONS}/chevron-down.svg"); width: 10px; height: 10px; }}

QTabBar {{ background: transparent; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {c.line}; }}
QTabBar::tab {{ padding: 6px 2px 4px 2px; margin: 0 7px; border: 0; border-bottom: 2px solid transparent; color: {c.second}; }}
QTabBar::tab:selected {{ color: {c.primary_dark}; border-bottom: 2px solid {c.primary}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {c.ink}; }}
QTabBar::tab:focus {{ color: {c.primary_dark}; }}

QTableView {{ border: 0; background: {c.paper}; gridline-color: {c.faint_line}; selection-background-color: {c.primary_faint};
    selection-color: {c.ink}; outline: 0; alternate-background-color: {c.stripe}; }}
QTableView::item {{ padding: 0 5px; border-bottom: 1px solid {c.faint_line}; }}
QTableView::item:selected {{ background: {c.primary_faint}; color: {c.ink}; }}
QTableView::item:focus {{ border: 1px solid {c.primary}; }}
QHeaderView {{ background: {c.field}; }}
QHeaderView::section {{ background: {c.field}; border: 0; border-bottom: 1px solid {c.line}; padding: 4px 8px; color: {c.second};
    font-weight: 400; }}
QHeaderView::section:hover {{ color: {c.ink}; }}
QTableCornerButton::section {{ background: {c.field}; border: 0; }}
QListView, QTreeView, QListWidget {{ border: 0; background: {c.paper}; outline: 0; }}
QListView::item:selected, QListWidget::item:selected {{ background: {c.primary_faint}; color: {c.ink}; border-radius: 5px; }}
QListWidget::item {{ padding: 2px 4px; }}
QFrame#tour {{ background: {c.paper}; border: 1px solid {c.primary}; border-radius: 10px; }}
QFrame#tour-frame {{ border: 3px solid {c.primary}; border-radius: 6px; background: transparent; }}
QFrame#tool-strip, QFrame#hint-bar {{ background: {c.paper}; border: 1px solid {c.edge}; border-radius: 8px; }}
QFrame#tool-strip QToolButton {{ padding: 3px; border-radius: 5px; }}
QFrame#card {{ border: 1px solid {c.line}; border-radius: 8px; background: {c.paper}; }}
QFrame#card[target="true"] {{ border: 2px solid {c.primary}; background: {c.primary_faint}; }}
QFrame#member {{ border: 1px solid transparent; border-radius: 5px; background: transparent; }}
QFrame#member:hover {{ background: {c.field}; }}
QFrame#member:focus {{ border: 1px solid {c.primary}; }}
QLabel#wrong {{ color: {c.wrong}; font-size: 12px; }}
QFrame#popup {{ background: {c.paper}; border: 1px solid {c.edge}; border-radius: 8px; }}

QScrollArea {{ border: 0; background: {c.paper}; }}
QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {c.handle}; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {c.handle_hover}; }}
QAbstractScrollArea::corner {{ background: {c.paper}; border: 0; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {c.primary_faint}; }}

QStatusBar {{ background: {c.paper}; border-top: 1px solid {c.line}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {c.second}; font-size: 12px; padding: 0 6px; }}
QProgressBar {{ border: 0; border-radius: 4px; background: {c.hover}; max-height: 8px; min-height: 8px; }}
QProgressBar::chunk {{ background: {c.primary}; border-radius: 4px; }}
"""


def use_style(application: QApplication, theme: str = "light") -> None:
    """Give the program its font, palette and style sheet in the colours of a theme."""
    application.setStyle("Fusion")
    application.setFont(chinese_font(application.font()))
    use_theme(application, theme)


def use_theme(application: QApplication, theme: str) -> None:
    """Change the colours; windows made from now on have their icons in them too."""
    colors = THEME.use(theme)
    application.setPalette(_palette(colors))
    application.setStyleSheet(sheet(colors))


def _palette(c: Colors) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, color in (
        (roles.Window, c.paper),
        (roles.Base, c.paper),
        (roles.Text, c.ink),
        (roles.WindowText, c.ink),
        (roles.ButtonText, c.ink),
        (roles.Button, c.field),
        (roles.AlternateBase, c.stripe),
        (roles.Highlight, c.primary),
        (roles.HighlightedText, c.on_primary),
        (roles.PlaceholderText, c.placeholder),
        (roles.Link, c.primary_dark),
        (roles.ToolTipBase, c.tip_back),
        (roles.ToolTipText, c.tip_ink),
    ):
        palette.setColor(role, QColor(color))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.disabled))
    return palette


def chinese_font(font: QFont) -> QFont:
    """Give `font` a family that has simplified Chinese; load the program's own where the system has none."""
    chinese = set(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    family = next((one for one in CHINESE_FAMILIES if one in chinese), "") or next(iter(sorted(chinese)), "")
    if not family:
        family = _own_family()
    chosen = QFont(font)
    if family:
        chosen.setFamilies([family, font.family()])
    return chosen


def _own_family() -> str:
    for path in sorted(VENDOR_FONTS.glob("*.tt[cf]")):
        number = QFontDatabase.addApplicationFont(str(path))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if families:
            return families[0]
    return ""
