"""The tools at the edge of the map, and above it what the tool in hand wants next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton

from grid_model.changes import Changes, RowsInserted
from grid_model.project import Edit, Project
from grid_model.schema_network import SWITCH_KINDS
from resources.i18n import _
from ui.bench import Bench
from ui.dialogs.transformer_dialog import ask_transformer
from ui.formats import number
from ui.guard import told
from ui.icons import icon
from ui.map.canvas import MapCanvas
from ui.map.hand import Hand
from ui.map.tools import TOOLS, DrawLineTool, MapTool, MeasureTool, SwitchTool, TransformerTool
from ui.widgets import button

VOLTAGES_KV = (10.0, 0.4, 20.0, 35.0)
MARGIN_PX = 10
FRAME_PX = 8
"""What the frame of the tools takes of their height."""
DEVICE_KINDS = tuple(choice for choice in SWITCH_KINDS if choice.code not in ("jumper", "cut"))

FOLLOWED = ("switches", "power_transformers", "ac_line_segments", "transformer_areas")
"""Of what an edit puts in, the first of these tables comes under the hand."""


class ToolStrip(QFrame):
    """A column of buttons over the left edge of the map; measuring is there without a right to edit."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("tool-strip")
        self._bench, self._canvas = bench, canvas
        self.hand = Hand(canvas)
        self._buttons: dict[str, QToolButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(3, 3, 3, 3)
        self._grid.setSpacing(1)
        for tool in (None, *TOOLS):
            self._grid.addWidget(self._button(tool), self._grid.count(), 0)
        self.bar = HintBar(self.hand, canvas)
        self.hand.changed.connect(self._on_tool)
        self.hand.do = self._do
        self.hand.refused.connect(bench.session.problem)
        bench.session.project_changed.connect(self._on_project)
        bench.task_changed.connect(lambda _task: self._on_task())
        bench.selection_changed.connect(self._on_selection)
        canvas.installEventFilter(self)
        self._on_task()

    def _button(self, tool: type[MapTool] | None) -> QToolButton:
        made = QToolButton()
        made.setCheckable(True)
        made.setAutoRaise(True)
        made.setIconSize(QSize(18, 18))
        made.setIcon(icon(tool.icon if tool else "pointer"))
        title = _(tool.title) if tool else _("Pick and pan")
        made.setToolTip(f"{title}\n{_(tool.hint)}" if tool else title)
        made.setAccessibleName(title)
        made.clicked.connect(partial(self.choose, tool))
        self._buttons[tool.name if tool else ""] = made
        return made

    def choose(self, tool: type[MapTool] | None) -> None:
        """Take a tool into the hand, or put it away where it is the one in hand."""
        if tool is None or isinstance(self.hand.tool, tool):
            self.hand.take(None)
            return
        made = tool(self.hand.ground)
        if isinstance(made, TransformerTool):
            made.options["ask"] = partial(ask_transformer, self)
        self.hand.take(made)

    def _on_tool(self) -> None:
        name = self.hand.tool.name if self.hand.tool is not None else ""
        for one, made in self._buttons.items():
            made.setChecked(one == name)

    def _on_selection(self) -> None:
        chosen = self._bench.selection
        self.hand.selected = (chosen.table, chosen.single or "")

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None or project is None:
            self.hand.take(None)
        else:
            self.hand.follow(project)
        self._on_task()

    def _on_task(self) -> None:
        """Show the tools with the data; elsewhere the map belongs to the task."""
        there = self._bench.session.project is not None and self._bench.task == "data"
        if not there and self.hand.tool is not None:
            self.hand.take(None)
        for name, made in self._buttons.items():
            made.setVisible(name in ("", "measure") or not self._bench.session.reading)
        self.setVisible(there)
        self._place()

    def _do(self, edit: Edit) -> bool:
        """Make the edit; what it put in comes under the hand."""
        changes = self._bench.session.do(edit)
        if changes is None:
            return False
        new = {
            step.table: str(step.rows["id"].iloc[-1]) for step in changes if isinstance(step, RowsInserted)
        }
        for table in FOLLOWED:
            if table in new:
                self._bench.select(table, new[table])
                break
        return True

    @told
    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        """Stay at the edge when the map changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _fold(self) -> None:
        """Set the tools in as many columns as the height of the map demands."""
        shown = [made for made in self._buttons.values() if not made.isHidden()]
        tall = max((made.sizeHint().height() for made in shown), default=1) + self._grid.spacing()
        rows = max(1, (self._canvas.height() - 2 * MARGIN_PX - FRAME_PX) // tall)
        columns = -(-len(shown) // rows)
        rows = -(-len(shown) // max(columns, 1))
        for n, made in enumerate(shown):
            self._grid.addWidget(made, n % rows, n // rows)

    def _place(self) -> None:
        self._fold()
        self.adjustSize()
        self.move(MARGIN_PX, MARGIN_PX)
        self.raise_()
        left = MARGIN_PX + self.width() + MARGIN_PX
        self.bar.place(left, self._canvas.width() - left - MARGIN_PX)


class HintBar(QFrame):
    """What the tool wants next, its options, and the ways to end it."""

    def __init__(self, hand: Hand, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("hint-bar")
        self._hand = hand
        self._room = 400
        self._tool: MapTool | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._options = QHBoxLayout()
        self.done = button(_("Finish"), hand.finish, tip=_("Enter or a double click"))
        self.cancel = button(_("Cancel"), hand.give_up, tip=_("Escape or the right mouse button"))
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 4, 6, 4)
        line.addWidget(self.text, 1)
        line.addLayout(self._options)
        line.addWidget(self.done)
        line.addWidget(self.cancel)
        hand.changed.connect(self.refresh)
        hand.measured.connect(self._tell_measure)
        self.hide()

    def place(self, left: int, room: int) -> None:
        """Stand right of the tools, as wide as the text needs and the map allows."""
        self._room = room
        self.move(left, MARGIN_PX)
        self._fit()

    def refresh(self) -> None:
        """Show what belongs to the tool in hand."""
        tool = self._hand.tool
        self.setVisible(tool is not None)
        if tool is None:
            self._tool = None
            return
        if tool is not self._tool:
            self._tool = tool
            self._offer(tool)
        if not (isinstance(tool, MeasureTool) and tool.sketch):
            self.text.setText(f"{_(tool.why)} {_(tool.hint)}" if tool.why else _(tool.hint))
        self.done.setVisible(tool.takes_path and not isinstance(tool, MeasureTool))
        self.done.setEnabled(bool(tool.sketch))
        self._fit()

    def _offer(self, tool: MapTool) -> None:
        while self._options.count():
            widget = self._options.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        if isinstance(tool, DrawLineTool):
            self._choice(tool, "nominal_kv", [(f"{kv:g} kV", kv) for kv in VOLTAGES_KV], _("Voltage"))
        elif isinstance(tool, SwitchTool):
            self._choice(tool, "kind", [(_(one.label), one.code) for one in DEVICE_KINDS], _("Kind"))

    def _choice(self, tool: MapTool, name: str, offers: list[tuple[str, object]], title: str) -> None:
        combo = QComboBox()
        combo.setAccessibleName(title)
        combo.setToolTip(title)
        for text, value in offers:
            combo.addItem(text, value)
        wanted = tool.options.setdefault(name, "load_break_switch" if name == "kind" else offers[0][1])
        combo.setCurrentIndex(max(combo.findData(wanted), 0))
        combo.activated.connect(lambda _at: tool.options.__setitem__(name, combo.currentData()))
        self._options.addWidget(combo)

    def _tell_measure(self, along_m: float, inside_m2: float) -> None:
        if self._hand.tool is None or not self._hand.tool.sketch:
            return
        text = _("Distance {length}").format(length=length_text(along_m))
        if inside_m2:
            text += "　" + _("Surface {surface}").format(surface=surface_text(inside_m2))
        self.text.setText(text)
        self._fit()

    def _fit(self) -> None:
        if not self.isHidden():
            width = min(self._room, self.text.fontMetrics().horizontalAdvance(self.text.text()) + 300)
            self.setFixedWidth(max(width, 260))
            self.adjustSize()
            self.raise_()


def length_text(metres: float) -> str:
    """Write a length in metres or kilometres."""
    return f"{number(metres / 1000, 3)} km" if metres >= 1000 else f"{number(metres, 1)} m"


def surface_text(square_metres: float) -> str:
    """Write a surface in square metres or square kilometres."""
    if square_metres >= 100_000:
        return f"{number(square_metres / 1e6, 3)} km²"
    return f"{number(square_metres, 0)} m²"
