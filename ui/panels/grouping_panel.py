"""The groups on the right: the scheme on screen, a proposal with its alternatives, or a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
)

from grid_model.grouping.presets import PRESETS
from grid_model.grouping.result import Grouping, Reason
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats
from ui.bench import Bench
from ui.colors import THEME
from ui.group_text import reason_sentence
from ui.grouping_hand import Figures
from ui.grouping_plan import Choice, Proposal, notes_of
from ui.icons import icon
from ui.messages import window_sentence
from ui.panels.compare_page import fill_comparison
from ui.panels.frontier_chart import FrontierChart, letter
from ui.panels.grouping_cards import Ground, GroupCards
from ui.panels.panel import Panel
from ui.panels.reason_box import reason_box
from ui.panels.small_maps import SmallMap, plan_images
from ui.widgets import ElidedLabel, badge, button, label, link, notice, row, tile, tiles

if TYPE_CHECKING:
    from grid_model.grouping.area_map import AreaMap

STATUS = {
    "optimal": (N_("Proved optimal"), "green"),
    "feasible": (N_("Valid, not proved best"), "orange"),
    "infeasible": (N_("Not possible"), "red"),
    "manual": (N_("Made by hand"), "grey"),
}
NOTES = 6
"""So many remarks of a proposal are shown."""

BROKEN = 4
"""So many broken rules are told above the cards, which tell them all."""

SMALLEST, LARGEST = 2, 8
"""Hard bounds of a group (`DOMAIN` §4.2)."""


class GroupingPanel(Panel):
    """Shown in the task Grids."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._stale = False
        self.cards: GroupCards | None = None
        self.chart: FrontierChart | None = None
        self.fill_menu: Callable[[QMenu], None] = lambda _menu: None
        """Puts what can be done with a scheme into a menu; the window sets it."""
        self.ground: Ground | None = None
        """The map, on which members may be dropped; the window sets it."""
        self.do: Callable[[str], None] = lambda _name: None
        """Does a command of the window by its name; the window sets it."""
        self.soundness: QPushButton | None = None
        """How many findings the scheme on screen has; leads to their list."""
        bench.grouping.changed.connect(self.refresh)
        bench.grouping.findings.changed.connect(self._tell_soundness)
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Fill the panel anew, once a drag has ended."""
        if self.cards is not None and self.cards.dragging:
            self._stale = True
            return
        self._stale = False
        self.cards = self.chart = self.soundness = None
        super().refresh()

    def _rested(self) -> None:
        if self._stale:
            self.refresh()

    def fill(self) -> None:
        project, desk = self._bench.session.project, self._bench.grouping
        if project is None:
            self.empty_state(_("No project open"), _("Open one to form groups and grids."))
        elif desk.comparison is not None:
            fill_comparison(self, self._bench, project, desk.comparison)
        elif desk.plan is not None:
            self._proposal(project, desk.plan)
        elif desk.scheme:
            self._scheme(project, desk.scheme)
        else:
            self._nothing(project)

    # -------------------------------------------------------------------- ask

    def _ask(self, primary: bool) -> list[QHBoxLayout]:
        """What is asked of a proposal: sizes, the land, more; and the button that looks for it."""
        desk = self._bench.grouping
        sizes = QHBoxLayout()
        sizes.setSpacing(5)
        self.least = self._spin(desk.request.min_size, _("Fewest managers in a group"))
        self.most = self._spin(desk.request.max_size, _("Most managers in a group"))
        for part in (label(_("Group size"), "second"), self.least, label("–"), self.most):
            sizes.addWidget(part)
        sizes.addWidget(self._presets(), 1)
        sizes.addWidget(self._more())
        self.least.valueChanged.connect(lambda value: desk.set_sizes(value, max(value, self.most.value())))
        self.most.valueChanged.connect(lambda value: desk.set_sizes(min(value, self.least.value()), value))
        self.least.valueChanged.connect(lambda value: self.most.setValue(max(value, self.most.value())))
        self.most.valueChanged.connect(lambda value: self.least.setValue(min(value, self.least.value())))
        go = button(
            _("Propose groups"),
            desk.propose,
            primary=primary,
            tip=_("Find the best grouping, proved; locked groups stay (Ctrl+G)"),
        )
        go.setObjectName("primary" if primary else "propose")
        go.setEnabled(not desk.busy)
        self.propose = go
        stop = button(_("Cancel"), desk.cancel, tip=_("Progress stands in the status bar"))
        return [sizes, row(go, stop, 1) if desk.busy else row(go)]

    def _spin(self, value: int, tip: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(SMALLEST, LARGEST)
        spin.setValue(value)
        spin.setToolTip(tip)
        spin.setAccessibleName(tip)
        spin.setFixedWidth(50)
        return spin

    def _presets(self) -> QComboBox:
        desk, combo = self._bench.grouping, QComboBox()
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        combo.setToolTip(_("Sizes and weights that suit the land"))
        combo.setAccessibleName(_("Kind of land"))
        combo.addItem(_("As set"), "")
        for one in PRESETS:
            combo.addItem(_(one.title), one.name)
        combo.setCurrentIndex(max(0, combo.findData(desk.request.preset)))
        combo.activated.connect(lambda _at: desk.ask(desk.request.with_preset(str(combo.currentData()))))
        self.preset = combo
        return combo

    def _more(self) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon("settings"))
        made.setIconSize(QSize(16, 16))
        made.setToolTip(_("Weights, limits, longest search"))
        made.setAccessibleName(made.toolTip())
        made.clicked.connect(lambda: self.do("grouping-options"))
        return made

    # ---------------------------------------------------------------- schemes

    def _nothing(self, project: Project) -> None:
        self.headline(_("Groups and grids"))
        managers = project.frame("district_managers")
        self.second(
            ngettext(
                "{count} district manager. No grouping is in force yet. Choose the sizes and let Taiqu "
                "propose groups of neighbours who help and guard each other; each gets a service grid.",
                "{count} district managers. No grouping is in force yet. Choose the sizes and let Taiqu "
                "propose groups of neighbours who help and guard each other; each gets a service grid.",
                len(managers),
            ).format(count=len(managers))
        )
        for line in self._ask(primary=True):
            self.foot.addLayout(line)

    def _scheme(self, project: Project, scheme: str) -> None:
        values = project.table("schemes").row(scheme)
        held = bool(values["in_force"])
        line = QHBoxLayout()
        line.addWidget(self._chooser(project, scheme), 1)
        line.addWidget(self._menu_button())
        self.column.addLayout(line)
        text, color = STATUS.get(str(values["status"]), (N_("Made by hand"), "grey"))
        marks = [badge(_("In force"), "blue")] if held else [badge(_("Not in force"), "grey")]
        self.soundness = link("", partial(self.do, "check-scheme"))
        self.column.addLayout(row(*marks, badge(_(text), color, _("When it was made")), 1, self.soundness))
        self._tell_soundness()
        hand = self._bench.grouping.hand
        if hand is None and self._bench.grouping.trouble is not None:
            self.column.addWidget(notice(window_sentence(self._bench.grouping.trouble)))
        elif hand is None:
            self.second(_("Measuring the scheme; its figures will be here in a moment."))
        else:
            self._figures(hand.figures)
            self._broken(project, hand.plan.scores.broken)
            self._add_cards()
        if not held:
            self.foot.addLayout(
                row(
                    button(_("Put in force…"), partial(self.do, "put-scheme-in-force"), primary=True),
                    button(_("Compare…"), partial(self.do, "compare-schemes")),
                    1,
                )
            )
        for part in self._ask(primary=held):
            self.foot.addLayout(part)

    def _tell_soundness(self) -> None:
        """Say how many findings there are, in place: a list under the hand must not be built anew for it."""
        if self.soundness is None:
            return
        found = self._bench.grouping.findings.found
        self.soundness.setVisible(found is not None)
        if found is None:
            return
        text = ngettext("{count} finding", "{count} findings", len(found)).format(count=len(found))
        self.soundness.setText(text if found else _("Sound ✓"))
        self.soundness.setStyleSheet(f"color: {THEME.wrong};" if found else "")
        self.soundness.setToolTip(
            _("What does not hold together in the scheme, found anew after every edit (Shift+F7)")
        )

    def _chooser(self, project: Project, scheme: str) -> QComboBox:
        combo = QComboBox()
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        combo.setAccessibleName(_("Scheme on screen"))
        combo.setToolTip(_("Scheme on screen; ● is the one in force"))
        frame = project.frame("schemes")
        for one, name, held in zip(frame["id"], frame["name"], frame["in_force"], strict=True):
            combo.addItem(f"● {name}" if held else str(name), one)
        combo.setCurrentIndex(max(0, combo.findData(scheme)))
        combo.setStyleSheet("font-size: 16px;")
        combo.activated.connect(lambda _at: self._bench.grouping.show_scheme(str(combo.currentData())))
        self.chooser = combo
        return combo

    def _menu_button(self) -> QToolButton:
        made = QToolButton()
        made.setText("⋯")
        made.setToolTip(_("What can be done with the scheme"))
        made.setAccessibleName(made.toolTip())
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: self.fill_menu(menu))
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _figures(self, figures: Figures) -> None:
        share = figures.covered / figures.areas if figures.areas else 1.0
        self.column.addLayout(
            tiles(
                tile(
                    _("Mean travel in a group"),
                    formats.number(figures.travel_min, 1),
                    "min",
                    _("longest {minutes} min").format(minutes=formats.number(figures.longest_min, 0)),
                ),
                tile(
                    _("Workload, most ÷ mean"),
                    f"{figures.load:.2f}",
                    note=_("up to 1.25 counts as even"),
                    tip=_(
                        "Work of the busiest group over the mean of as many managers;"
                        " up to 1.25 counts as even"
                    ),
                ),
                tile(
                    _("Two persons in time"),
                    formats.percent(share),
                    note=_("{covered} of {areas} areas").format(
                        covered=formats.whole(figures.covered), areas=formats.whole(figures.areas)
                    ),
                    tip=_("Areas that two qualified members of the group reach within the promised time"),
                ),
                tile(
                    _("Groups"),
                    formats.whole(figures.groups),
                    note=_("cost {cost} min").format(cost=formats.number(figures.cost_min, 1)),
                    tip=_("Ways, uneven work and sizes in minutes; the less the better"),
                ),
            )
        )

    def _broken(self, project: Project, broken: Sequence[Reason]) -> None:
        for reason in broken[:BROKEN]:
            self.column.addWidget(reason_box(self._bench, project, reason))
        if len(broken) > BROKEN:
            self.second(
                _("{count} more broken rules stand with the groups.").format(count=len(broken) - BROKEN)
            )

    def _add_cards(self) -> None:
        self.cards = GroupCards(self._bench, self._scroll, self.ground)
        self.cards.resting.connect(self._rested)
        self.cards.refresh()
        self.column.addWidget(self.cards)

    # --------------------------------------------------------------- proposal

    def _proposal(self, project: Project, plan: Proposal) -> None:
        grouping, desk = plan.grouping, self._bench.grouping
        text, color = STATUS[grouping.status]
        if grouping.status == "feasible" and plan.on_frontier:
            text, color = N_("Proved unbeaten"), "green"
        self.headline(self._title(plan), badge(_(text), color, self._proof(plan)))
        if grouping.status == "infeasible":
            self._why(project, grouping)
            return
        people = sum(len(group.members) for group in grouping.groups)
        self.second(
            _("{people} district managers → {groups} groups of {least}–{most} · {seconds} s").format(
                people=people,
                groups=len(grouping.groups),
                least=plan.request.min_size,
                most=plan.request.max_size,
                seconds=formats.number(plan.seconds, 1),
            )
        )
        self._figures(plan.hand.figures)
        self._alternatives(plan)
        self._takeovers(project, plan)
        self._notes(project, plan)
        self._prices(project, plan)
        put = button(
            _("Put in force…"),
            partial(self.do, "put-plan-in-force"),
            primary=True,
            tip=_("Into the project as the grouping that holds; can be undone"),
        )
        keep = button(
            _("Keep as scheme"), desk.keep, tip=_("Beside the other schemes, to be changed by hand")
        )
        forget = button(_("Clear"), desk.clear, tip=_("Forget this proposal"))
        for one in (put, keep):
            one.setEnabled(not desk.busy)
        self._add_cards()
        self.column.addSpacing(4)
        for line in self._ask(primary=False):
            self.column.addLayout(line)
        self.foot.addLayout(row(put, keep, forget, 1))

    def _title(self, plan: Proposal) -> str:
        choice = self._bench.grouping.choice
        return _("Proposal {plan}").format(plan=letter(choice)) if choice >= 0 else _("Proposal")

    def _proof(self, plan: Proposal) -> str:
        grouping = plan.grouping
        if grouping.status == "feasible" and plan.on_frontier:
            return _("No valid plan is as good in ways, evenness and change, and better in one of them.")
        if grouping.status == "optimal":
            return _("No valid grouping has a lower cost; {count} possible groups were looked at.").format(
                count=formats.whole(grouping.candidates)
            )
        if grouping.gap is not None:
            return _("At most {gap} from the best.").format(gap=formats.percent(grouping.gap))
        return ""

    def _alternatives(self, plan: Proposal) -> None:
        """The chart, its small table and small maps; before, the button that looks for them."""
        from ui.plan_text import fewer_plans

        desk = self._bench.grouping
        if not desk.choices:
            seek = button(
                _("Show alternatives"),
                desk.seek_alternatives,
                tip=_("Three to nine proved plans between short ways, even work and little change"),
            )
            seek.setEnabled(not desk.busy)
            self.column.addLayout(row(seek, 1))
            return
        self.section(
            ngettext("{count} plan to choose from", "{count} plans to choose from", len(desk.choices)).format(
                count=len(desk.choices)
            )
        )
        self.chart = FrontierChart()
        self.chart.show_choices(desk.choices, desk.choice)
        self.chart.picked.connect(desk.pick)
        self.column.addWidget(self.chart)
        few = fewer_plans(len(desk.choices))
        if few:
            self.second(few)
        if any(one.movers for one in desk.choices):
            self.second(_("The larger the circle, the more managers change group."))
        self.column.addLayout(self._table())
        areas = plan.hand.plan.areas
        if areas is not None:
            self.column.addLayout(self._small_maps(areas, plan.plan.basis.project))

    def _table(self) -> QGridLayout:
        desk = self._bench.grouping
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        heads = (_("Plan"), _("travel (min)"), _("uneven (min)"), _("changes"), _("Proof"))
        for column, text in enumerate(heads):
            grid.addWidget(label(text, "section"), 0, column)
        for n, one in enumerate(desk.choices):
            name = link(letter(n), partial(desk.pick, n), _("Show this plan on the map"))
            grid.addWidget(name, n + 1, 0)
            values = (
                formats.number(one.travel_min, 1),
                formats.number(one.balance_min, 1),
                _("{count} p.").format(count=one.movers),
            )
            for column, text in enumerate(values, 1):
                made = label(text)
                if n == desk.choice:
                    made.setStyleSheet("font-weight: 600;")
                grid.addWidget(made, n + 1, column)
            grid.addWidget(ElidedLabel(_proof_of(one), "second"), n + 1, 4)
        grid.setColumnStretch(4, 1)
        return grid

    def _small_maps(self, areas: AreaMap, project: Project) -> QGridLayout:
        desk = self._bench.grouping
        grid = QGridLayout()
        grid.setSpacing(6)
        images = plan_images(desk.choices, areas, project)
        for n, (one, image) in enumerate(zip(desk.choices, images, strict=True)):
            small = SmallMap(n, one, image, n == desk.choice)
            small.picked.connect(desk.pick)
            grid.addWidget(small, n // 3, n % 3)
        grid.setColumnStretch(3, 1)
        return grid

    def _why(self, project: Project, grouping: Grouping) -> None:
        desk = self._bench.grouping
        self.second(_("No grouping keeps all the rules:"))
        for reason in grouping.why:
            self.column.addWidget(reason_box(self._bench, project, reason))
        self.second(_("Loosen one of these rules or choose other sizes, then propose again."))
        for line in self._ask(primary=True):
            self.foot.addLayout(line)
        self.foot.addLayout(row(button(_("Clear"), desk.clear, tip=_("Forget this proposal")), 1))

    def _prices(self, project: Project, plan: Proposal) -> None:
        """What each rule costs, or the link that asks for it; only a plan that is proved best can tell."""
        from ui.plan_text import rule_prices_lines

        desk = self._bench.grouping
        if desk.prices is not None:
            self.column.addWidget(notice("\n".join(rule_prices_lines(project, desk.prices))))
        elif plan.grouping.status == "optimal" and plan.replan is None:
            ask = link(
                _("What does each rule cost?"),
                desk.price_rules,
                _("The plan is looked for again without each rule in turn"),
            )
            ask.setEnabled(not desk.busy)
            self.column.addWidget(ask)

    def _takeovers(self, project: Project, plan: Proposal) -> None:
        from ui.plan_text import replan_lines

        if plan.replan is not None:
            told = replan_lines(project, replaced_options(plan))
            if told:
                self.column.addWidget(notice("\n".join(told[:NOTES])))

    def _notes(self, project: Project, plan: Proposal) -> None:
        notes = notes_of(plan)[:NOTES]
        if notes:
            self.column.addWidget(notice("\n".join(reason_sentence(project, one) for one in notes)))


def _proof_of(choice: Choice) -> str:
    """Say whether it is proved that no plan beats this one, or how far it may be from the best."""
    if choice.proved:
        return _("proved best") if choice.default else _("proved")
    return (
        _("gap {gap}").format(gap=formats.percent(choice.gap)) if choice.gap is not None else _("not proved")
    )


def replaced_options(plan: Proposal):  # type: ignore[no-untyped-def]
    """Give what came of planning anew without its plans: the chart tells them."""
    from dataclasses import replace

    assert plan.replan is not None
    return replace(plan.replan, options=(), notes=())
