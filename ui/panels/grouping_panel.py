"""The proposal of mutual-aid groups: sizes, figures, the groups, and putting it in force."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QSpinBox

from grid_model.grouping.result import Group, Grouping
from grid_model.grouping.schemes import scheme_in_force
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.panels.panel import Panel
from ui.widgets import badge, button, label, link, notice, row, rule, tile, tiles

STATUS = {
    "optimal": (N_("Proved optimal"), "green"),
    "feasible": (N_("Valid, not proved best"), "orange"),
    "infeasible": (N_("Not possible"), "red"),
    "manual": (N_("Made by hand"), "grey"),
}
NOTES = 6
"""So many remarks of a proposal are shown."""

SMALLEST, LARGEST = 2, 8
"""Hard bounds of a group (`DOMAIN` §4.2)."""


class GroupingPanel(Panel):
    """Shown in the task Grids."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        bench.grouping.changed.connect(self.refresh)
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.refresh()

    def fill(self) -> None:
        project, desk = self._bench.session.project, self._bench.grouping
        if project is None:
            self.empty_state(_("No project open"), _("Open one to form groups and grids."))
            return
        if desk.plan is not None:
            self._plan(project, desk.plan.grouping)
        else:
            self._in_force(project)
        self._ask(project, primary=desk.plan is None)

    # -------------------------------------------------------------------- ask

    def _ask(self, project: Project, primary: bool) -> None:
        desk = self._bench.grouping
        self.column.addWidget(rule())
        self.section(_("New proposal"))
        line = QHBoxLayout()
        line.setSpacing(6)
        self.least = self._spin(desk.request.min_size, _("Fewest managers in a group"))
        self.most = self._spin(desk.request.max_size, _("Most managers in a group"))
        for part in (label(_("Managers per group"), "second"), self.least, label("–"), self.most):
            line.addWidget(part)
        line.addStretch()
        self.column.addLayout(line)
        self.least.valueChanged.connect(lambda value: desk.set_sizes(value, max(value, self.most.value())))
        self.most.valueChanged.connect(lambda value: desk.set_sizes(min(value, self.least.value()), value))
        self.least.valueChanged.connect(lambda value: self.most.setValue(max(value, self.most.value())))
        self.most.valueChanged.connect(lambda value: self.least.setValue(min(value, self.least.value())))
        go = button(
            _("Propose groups"),
            desk.propose,
            primary=primary,
            tip=_("Find the best grouping, proved (Ctrl+G)"),
        )
        go.setObjectName("primary" if primary else "propose")
        go.setEnabled(not desk.busy)
        self.propose = go
        stop = button(_("Cancel"), desk.cancel)
        stop.setEnabled(desk.busy)
        self.column.addLayout(row(go, stop, 1) if desk.busy else row(go, 1))
        if desk.busy:
            self.second(_("Looking for the best groups; progress stands in the status bar."))

    def _spin(self, value: int, tip: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(SMALLEST, LARGEST)
        spin.setValue(value)
        spin.setToolTip(tip)
        spin.setAccessibleName(tip)
        spin.setFixedWidth(54)
        return spin

    # --------------------------------------------------------------- in force

    def _in_force(self, project: Project) -> None:
        scheme = scheme_in_force(project)
        if scheme is None:
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
            return
        values = project.table("schemes").row(scheme)
        text, color = STATUS.get(str(values["status"]), (N_("In force"), "blue"))
        self.headline(str(values["name"]), badge(_("In force"), "blue"))
        groups = project.frame("mutual_aid_groups")
        groups = groups[groups["scheme"] == scheme]
        grids = project.frame("service_grids")
        self.column.addLayout(row(badge(_(text), color), 1))
        self.column.addLayout(
            tiles(
                tile(_("Mutual-aid groups"), formats.whole(len(groups))),
                tile(_("Service grids"), formats.whole(int((grids["scheme"] == scheme).sum()))),
            )
        )
        members = project.frame("group_members")
        for one, name in zip(groups["id"], groups["name"], strict=True):
            people = members.loc[members["mutual_aid_group"] == one, "manager"].tolist()
            self._people(project, name, people, lambda one=one: self._bench.select("mutual_aid_groups", one))

    def _people(self, project: Project, title: str, people: list[str], go: object) -> None:
        self.column.addWidget(link(title, go))  # type: ignore[arg-type]
        names = [objects.object_name(project, "district_managers", one) for one in people]
        self.column.addWidget(label(_("、").join(names), "second", wrap=True))

    # ------------------------------------------------------------------- plan

    def _plan(self, project: Project, grouping: Grouping) -> None:
        text, color = STATUS[grouping.status]
        self.headline(_("Proposal"), badge(_(text), color, self._proof(grouping)))
        desk = self._bench.grouping
        assert desk.plan is not None
        if grouping.status == "infeasible":
            self._why(project, grouping)
            self.foot.addLayout(row(button(_("Clear"), desk.clear, tip=_("Forget this proposal")), 1))
            return
        people = sum(len(group.members) for group in grouping.groups)
        request = desk.plan.request
        self.second(
            _("{people} district managers → {groups} groups of {least}–{most} · {seconds} s").format(
                people=people,
                groups=len(grouping.groups),
                least=request.min_size,
                most=request.max_size,
                seconds=formats.number(desk.plan.seconds, 1),
            )
        )
        self.column.addLayout(tiles(*self._figures(grouping)))
        self._notes(project)
        put = button(
            _("Put in force"),
            lambda: desk.put(in_force=True),
            primary=True,
            tip=_("Into the project as the grouping that holds; can be undone"),
        )
        keep = button(
            _("Put into project"), lambda: desk.put(in_force=False), tip=_("Beside the other schemes")
        )
        for one in (put, keep):
            one.setEnabled(not desk.busy)
        forget = button(_("Clear"), desk.clear, tip=_("Forget this proposal"))
        self.foot.addLayout(row(put, keep, forget, 1))
        for number, group in enumerate(grouping.groups):
            self._group(project, number, group)

    def _proof(self, grouping: Grouping) -> str:
        if grouping.status == "optimal":
            return _("No valid grouping has a lower cost; {count} possible groups were looked at.").format(
                count=formats.whole(grouping.candidates)
            )
        if grouping.gap is not None:
            return _("At most {gap} from the best.").format(gap=formats.percent(grouping.gap))
        return ""

    def _figures(self, grouping: Grouping):  # type: ignore[no-untyped-def]
        pairs = sum(len(group.members) * (len(group.members) - 1) // 2 for group in grouping.groups)
        minutes = sum(
            group.mean_pair_min * len(group.members) * (len(group.members) - 1) / 2
            for group in grouping.groups
        )
        ratios = [group.load_ratio for group in grouping.groups]
        far = sum(len(group.far_pairs) for group in grouping.groups)
        longest = max((group.longest_pair_min for group in grouping.groups), default=0.0)
        return (
            tile(
                _("Mean travel in a group"),
                formats.number(minutes / pairs, 1) if pairs else formats.EMPTY,
                "min",
                _("longest {minutes} min").format(minutes=formats.number(longest, 0)),
            ),
            tile(
                _("Workload, most ÷ mean"),
                f"{max(ratios, default=1.0):.2f}",
                tip=_(
                    "Work of the busiest group over the mean of as many managers; up to 1.25 counts as even"
                ),
            ),
            tile(_("Pairs over 30 min"), formats.whole(far)),
            tile(
                _("Groups"),
                formats.whole(len(grouping.groups)),
                note=_("cost {cost} min").format(cost=formats.number(grouping.objective or 0.0, 1)),
            ),
        )

    def _why(self, project: Project, grouping: Grouping) -> None:
        from ui.group_text import reason_sentence

        self.second(_("No grouping keeps all the rules:"))
        for reason in grouping.why:
            self.column.addWidget(notice(reason_sentence(project, reason)))

    def _notes(self, project: Project) -> None:
        from ui.group_text import reason_sentence

        assert self._bench.grouping.plan is not None
        notes = self._bench.grouping.plan.plan.notes[:NOTES]
        if notes:
            self.column.addWidget(notice("\n".join(reason_sentence(project, one) for one in notes)))

    def _group(self, project: Project, number: int, group: Group) -> None:
        self.column.addWidget(rule())
        assert self._bench.grouping.plan is not None
        title = label(self._bench.grouping.plan.names[number])
        title.setStyleSheet("font-weight: 600;")
        line = row(title)
        if group.leader is not None:
            line.addWidget(
                badge(
                    ngettext("{count} can guard", "{count} can guard", len(group.guards)).format(
                        count=len(group.guards)
                    ),
                    "green",
                )
            )
        line.addStretch()
        line.addWidget(
            label(
                _("{minutes} min · load {load}").format(
                    minutes=formats.number(group.mean_pair_min, 0), load=f"{group.load_ratio:.2f}"
                ),
                "second",
            )
        )
        self.column.addLayout(line)
        for one in group.members:
            name = objects.object_name(project, "district_managers", one)
            person = row(link(name, partial(self._bench.go_to, "district_managers", one), one), 1)
            if one == group.leader:
                person.addWidget(label(_("work leader"), "second"))
            elif one in group.guards:
                person.addWidget(label(_("guard"), "second"))
            self.column.addLayout(person)
