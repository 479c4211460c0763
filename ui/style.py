"""How the window looks: one light theme, calm, few lines, one strong colour for what to do next."""

# ruff: noqa: E501 - a rule of the style sheet stands on one line

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

PRIMARY = "#1f6fd1"
PRIMARY_DARK = "#1a5fb4"
PRIMARY_FAINT = "#e4eefb"
INK = "#1f2328"
SECOND = "#59636e"
LINE = "#dfe3e8"
FIELD = "#f4f5f7"
PAPER = "#ffffff"
WARN_BACK, WARN_LINE, WARN_INK = "#fdf1dd", "#f0d7a8", "#5c4305"
BADGES = {
    "blue": ("#e2ecfb", "#174f96"),
    "green": ("#dff3e4", "#1c6a35"),
    "red": ("#fbe2e1", "#a1231d"),
    "orange": ("#fdecd2", "#84500a"),
    "yellow": ("#fbf3c8", "#6b5900"),
    "grey": ("#eceef1", "#4b545e"),
}
"""Back and ink of the small badges; every pair keeps a contrast of at least 4.5."""

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

SHEET = f"""
* {{ font-size: 13px; color: {INK}; }}
QMainWindow, QDialog, QWidget#page {{ background: {PAPER}; }}
QMenuBar {{ background: {PAPER}; padding: 1px 6px; }}
QMenuBar::item {{ padding: 3px 9px; border-radius: 5px; background: transparent; }}
QMenuBar::item:selected {{ background: {FIELD}; }}
QMenu {{ background: {PAPER}; border: 1px solid {LINE}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 24px; border-radius: 5px; }}
QMenu::item:selected {{ background: {PRIMARY_FAINT}; }}
QMenu::item:disabled {{ color: #8b949e; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 5px 8px; }}
QToolTip {{ background: {INK}; color: white; border: 0; padding: 4px 7px; }}

QWidget#topbar {{ background: {PAPER}; border-bottom: 1px solid {LINE}; }}
QLabel#station {{ font-size: 15px; font-weight: 600; }}
QPushButton#task {{ border: 0; border-radius: 7px; padding: 6px 15px; background: transparent; font-size: 14px; }}
QPushButton#task:hover {{ background: {FIELD}; }}
QPushButton#task:checked {{ background: {PRIMARY}; color: white; font-weight: 600; }}
QPushButton#task:focus {{ border: 1px solid {PRIMARY}; padding: 5px 14px; }}
QPushButton#task:disabled {{ color: #9aa3ad; }}
QLineEdit#search {{ border: 1px solid {LINE}; border-radius: 13px; padding: 3px 10px 3px 6px; min-height: 20px; background: {FIELD}; }}
QLineEdit#search:focus {{ border: 1px solid {PRIMARY}; background: {PAPER}; }}
QToolButton {{ border: 0; border-radius: 6px; padding: 4px; background: transparent; }}
QToolButton:hover {{ background: {FIELD}; }}
QToolButton:focus {{ border: 1px solid {PRIMARY}; padding: 3px; }}
QToolButton:disabled {{ color: #9aa3ad; }}
QToolButton#flat {{ color: {SECOND}; padding: 4px 8px; }}
QToolButton#flat:hover {{ color: {INK}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton:checked {{ background: {PRIMARY_FAINT}; }}

QWidget#left, QWidget#right, QWidget#bottom {{ background: {PAPER}; }}
QWidget#left {{ border-right: 1px solid {LINE}; }}
QStackedWidget#right {{ border-left: 1px solid {LINE}; }}
QWidget#bottom {{ border-top: 1px solid {LINE}; }}
QLabel#section {{ color: {SECOND}; font-size: 12px; padding-top: 4px; }}
QLabel#second {{ color: {SECOND}; }}
QLabel#headline {{ font-size: 20px; font-weight: 500; }}
QLabel#tile-label {{ color: {SECOND}; font-size: 12px; }}
QLabel#tile-value {{ font-size: 21px; }}
QLabel#tile-note {{ color: {SECOND}; font-size: 11px; }}
QFrame#tile {{ background: {FIELD}; border-radius: 8px; }}
QFrame#notice {{ background: {WARN_BACK}; border: 1px solid {WARN_LINE}; border-radius: 8px; }}
QFrame#notice QLabel {{ color: {WARN_INK}; }}
QFrame#rule {{ background: {LINE}; max-height: 1px; min-height: 1px; border: 0; }}
QLabel#row-value {{ color: {INK}; }}

QPushButton {{ border: 1px solid {LINE}; border-radius: 7px; padding: 6px 13px; background: {FIELD}; }}
QPushButton:hover {{ background: #e9ecef; }}
QPushButton:focus {{ border: 1px solid {PRIMARY}; }}
QPushButton:disabled {{ color: #8b949e; background: {FIELD}; }}
QPushButton#primary {{ background: {PRIMARY}; border: 1px solid {PRIMARY}; color: white; font-weight: 600; }}
QPushButton#primary:hover {{ background: {PRIMARY_DARK}; }}
QPushButton#primary:focus {{ border: 1px solid {INK}; }}
QPushButton#primary:disabled {{ background: #a9c4e6; border: 1px solid #a9c4e6; color: white; }}
QPushButton#link {{ border: 0; background: transparent; color: {PRIMARY_DARK}; padding: 2px 0; text-align: left; }}
QPushButton#link:hover {{ text-decoration: underline; }}
QPushButton#link:focus {{ border: 1px dotted {PRIMARY}; }}
QPushButton#chip {{ border: 1px solid {LINE}; border-radius: 10px; padding: 2px 10px; background: {PRIMARY_FAINT}; color: {PRIMARY_DARK}; font-size: 12px; }}
QPushButton#card {{ text-align: left; padding: 12px 14px; background: {PAPER}; border: 1px solid {LINE}; border-radius: 10px; }}
QPushButton#card:hover {{ border: 1px solid {PRIMARY}; background: {PRIMARY_FAINT}; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit, QPlainTextEdit {{
    border: 1px solid #cfd5dc; border-radius: 6px; padding: 4px 7px; background: {PAPER};
    selection-background-color: {PRIMARY}; selection-color: white; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 1px solid {PRIMARY}; }}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{ background: {FIELD}; color: #8b949e; }}
QCheckBox {{ spacing: 7px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid #b9c1ca; border-radius: 4px; background: {PAPER}; }}
QCheckBox::indicator:hover {{ border: 1px solid {PRIMARY}; }}
QCheckBox::indicator:checked {{ background: {PRIMARY}; border: 1px solid {PRIMARY}; image: url("{ICONS}/check.svg"); }}
QCheckBox:focus {{ color: {PRIMARY_DARK}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: url("{ICONS}/chevron-down.svg"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ border: 1px solid {LINE}; background: {PAPER}; selection-background-color: {PRIMARY_FAINT};
    selection-color: {INK}; outline: 0; padding: 3px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
    border: 0; width: 16px; background: transparent; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{ICONS}/chevron-up.svg"); width: 10px; height: 10px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{ICONS}/chevron-down.svg"); width: 10px; height: 10px; }}

QTabBar {{ background: transparent; }}
QTabBar::tab {{ padding: 6px 2px 4px 2px; margin: 0 7px; border: 0; border-bottom: 2px solid transparent; color: {SECOND}; }}
QTabBar::tab:selected {{ color: {PRIMARY_DARK}; border-bottom: 2px solid {PRIMARY}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {INK}; }}
QTabBar::tab:focus {{ color: {PRIMARY_DARK}; }}

QTableView {{ border: 0; background: {PAPER}; gridline-color: #eef0f2; selection-background-color: {PRIMARY_FAINT};
    selection-color: {INK}; outline: 0; alternate-background-color: #fafbfc; }}
QTableView::item {{ padding: 0 5px; border-bottom: 1px solid #eef0f2; }}
QTableView::item:selected {{ background: {PRIMARY_FAINT}; color: {INK}; }}
QTableView::item:focus {{ border: 1px solid {PRIMARY}; }}
QHeaderView {{ background: {FIELD}; }}
QHeaderView::section {{ background: {FIELD}; border: 0; border-bottom: 1px solid {LINE}; padding: 4px 8px; color: {SECOND};
    font-weight: 400; }}
QHeaderView::section:hover {{ color: {INK}; }}
QTableCornerButton::section {{ background: {FIELD}; border: 0; }}
QListView, QTreeView, QListWidget {{ border: 0; background: {PAPER}; outline: 0; }}
QListView::item:selected, QListWidget::item:selected {{ background: {PRIMARY_FAINT}; color: {INK}; border-radius: 5px; }}
QListWidget::item {{ padding: 2px 4px; }}
QFrame#popup {{ background: {PAPER}; border: 1px solid #c6cdd5; border-radius: 8px; }}

QScrollArea {{ border: 0; background: {PAPER}; }}
QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: #cdd3d9; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }}
QScrollBar::handle:hover {{ background: #aab3bc; }}
QAbstractScrollArea::corner {{ background: {PAPER}; border: 0; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {PRIMARY_FAINT}; }}

QStatusBar {{ background: {PAPER}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {SECOND}; font-size: 12px; padding: 0 6px; }}
QProgressBar {{ border: 0; border-radius: 4px; background: #e3e7eb; max-height: 8px; min-height: 8px; }}
QProgressBar::chunk {{ background: {PRIMARY}; border-radius: 4px; }}
"""


def use_style(application: QApplication) -> None:
    """Give the program its font, palette and style sheet."""
    application.setStyle("Fusion")
    application.setFont(chinese_font(application.font()))
    application.setPalette(_palette())
    application.setStyleSheet(SHEET)


def _palette() -> QPalette:
    palette = QPalette()
    for role, color in (
        (QPalette.ColorRole.Window, PAPER),
        (QPalette.ColorRole.Base, PAPER),
        (QPalette.ColorRole.Text, INK),
        (QPalette.ColorRole.WindowText, INK),
        (QPalette.ColorRole.ButtonText, INK),
        (QPalette.ColorRole.Button, FIELD),
        (QPalette.ColorRole.AlternateBase, "#fafbfc"),
        (QPalette.ColorRole.Highlight, PRIMARY),
        (QPalette.ColorRole.HighlightedText, PAPER),
        (QPalette.ColorRole.PlaceholderText, "#6e7781"),
        (QPalette.ColorRole.Link, PRIMARY_DARK),
    ):
        palette.setColor(role, QColor(color))
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
