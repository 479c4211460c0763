"""The bar at the top: whose station it is, the four tasks, the search box, undo, redo, settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from resources.i18n import _
from ui.actions import ActionSet, connect_button
from ui.bench import TASKS, Bench
from ui.icons import icon
from ui.search_box import SearchBox
from ui.widgets import ElidedLabel


class TopBar(QWidget):
    """Shown above the map."""

    def __init__(self, bench: Bench, actions: ActionSet) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        self._bench = bench
        self._station = ElidedLabel("", "station")
        self._station.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._station.setMaximumWidth(260)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 10, 0)
        layout.setSpacing(4)
        layout.addWidget(self._station)
        layout.addSpacing(12)
        self.tasks: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for name, title in TASKS.items():
            button = QPushButton(_(title))
            button.setObjectName("task")
            button.setCheckable(True)
            button.setToolTip(actions.by_name[f"task-{name}"].toolTip())
            button.clicked.connect(lambda _on=False, name=name: bench.set_task(name))
            group.addButton(button)
            layout.addWidget(button)
            self.tasks[name] = button
        layout.addStretch(1)
        self.search = SearchBox(bench)
        self.search.setFixedWidth(310)
        layout.addWidget(self.search)
        layout.addSpacing(6)
        for name in ("undo", "redo", "settings"):
            layout.addWidget(self._tool(actions, name))
        bench.task_changed.connect(self._mark)
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.refresh()

    def _tool(self, actions: ActionSet, name: str) -> QToolButton:
        action = actions.by_name[name]
        made = QToolButton()
        made.setObjectName(f"button-{name}")
        made.setIcon(icon(name))
        made.setIconSize(QSize(20, 20))
        made.clicked.connect(action.trigger)
        connect_button(made, action)
        return made

    def refresh(self) -> None:
        """Name the station and offer what can be done."""
        project = self._bench.session.project
        self._station.setText(
            _("Taiqu · {station}").format(station=project.info.name) if project is not None else _("Taiqu")
        )
        for button in self.tasks.values():
            button.setVisible(project is not None)
        self.search.setVisible(project is not None)
        self._mark(self._bench.task)

    def _mark(self, task: str) -> None:
        self.tasks[task].setChecked(True)
