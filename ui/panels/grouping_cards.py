"""The groups of the plan on screen as cards; members are dragged between them, the price said meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QScrollArea, QVBoxLayout, QWidget

from gis.tints import grid_tints, group_tints
from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import _
from ui import objects
from ui.bench import Bench
from ui.group_text import reason_sentence
from ui.grouping_hand import InHand
from ui.panels.group_card import CardFacts, GroupCard, MemberFacts, PriceTip
from ui.price_text import price_words, signed
from ui.widgets import clear, link

if TYPE_CHECKING:
    from grid_model.grouping.price import Move

SHOWN = 30
"""So many groups are shown until the others are asked for."""

OFFERED = 10
"""So many groups are offered in a menu, the cheapest first."""

EDGE_PX = 28
"""A drag so near to the edge of the list scrolls it."""


class Ground(Protocol):
    """The map, as far as a card that is dragged needs it."""

    def group_under(self, screen: QPoint) -> int | None:
        """The group whose land lies under a place of the screen."""

    def aim(self, group: int | None) -> None:
        """Show whose land a card would be dropped on."""


class GroupCards(QWidget):
    """The cards of one plan."""

    resting = Signal()
    """A drag has ended; what changed meanwhile can be shown."""

    def __init__(self, bench: Bench, scroll: QScrollArea, ground: Ground | None = None) -> None:
        super().__init__()
        self._ground = ground
        self._aim: int | None = None
        self._priced: tuple[str, int, tuple[str, ...]] | None = None
        self._bench = bench
        self._scroll = scroll
        self._tip: PriceTip | None = None
        self._all = False
        self.dragging = False
        self.cards: list[GroupCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(7)

    def refresh(self) -> None:
        """Show the plan in hand."""
        clear(self._column)
        self.cards = []
        project, hand = self._bench.session.project, self._bench.grouping.hand
        if project is None or hand is None:
            return
        facts = card_facts(self._bench, project, hand)
        for one in facts if self._all else facts[:SHOWN]:
            self._column.addWidget(self._card(one))
        if len(facts) > SHOWN and not self._all:
            self._column.addWidget(
                link(_("Show all {count} groups").format(count=len(facts)), self._show_all)
            )

    def _show_all(self) -> None:
        self._all = True
        self.refresh()

    def _card(self, facts: CardFacts) -> GroupCard:
        made = GroupCard(facts, editable=not self._bench.session.reading)
        made.lock_wanted.connect(lambda number, locked: self._bench.grouping.lock(number, locked))
        made.menu_wanted.connect(self._group_menu)
        for member in made.rows:
            member.clicked.connect(partial(self._bench.go_to, "district_managers"))
            member.dragged.connect(self._drag)
            member.dropped.connect(self._drop)
            member.given_up.connect(self._rest)
            member.menu_wanted.connect(self._member_menu)
            member.move_wanted.connect(self.choose_group)
        self.cards.append(made)
        return made

    # ------------------------------------------------------------------- dragging

    def _card_at(self, at: QPoint) -> GroupCard | None:
        if not self._scroll.viewport().rect().contains(self._scroll.viewport().mapFromGlobal(at)):
            return None
        return next((one for one in self.cards if one.rect().contains(one.mapFromGlobal(at))), None)

    def _target(self, at: QPoint) -> int | None:
        """The group a member dragged here would join: that of the card, or of the land on the map."""
        card = self._card_at(at)
        if card is not None:
            return card.facts.number
        return self._ground.group_under(at) if self._ground is not None else None

    def _drag(self, manager: str, at: QPoint) -> None:
        self.dragging = True
        self._scroll_along(at)
        card, target, hand = self._card_at(at), self._target(at), self._bench.grouping.hand
        if self._tip is None:
            self._tip = PriceTip(self.window())
        for one in self.cards:
            one.set_target(one is card)
        if hand is None:
            return
        away = target is None or target == hand.group_of(manager)
        self._take_aim(None if card is not None or away else target)
        name = self._name(manager)
        edge = self.mapToGlobal(QPoint(0, 0)).x() if self._is_over_panel(at) else None
        if target is None or away:
            told = _("Drag {manager} to the card of another group, or onto its land on the map.")
            self._tip.tell([told.format(manager=name)], at, edge)
            return
        head = _("{manager} → {group}").format(manager=name, group=self._group_name(target))
        self._tip.tell([head, *self._priced_lines(manager, target)], at, edge)

    def _is_over_panel(self, at: QPoint) -> bool:
        return self._scroll.rect().contains(self._scroll.mapFromGlobal(at))

    def _priced_lines(self, manager: str, group: int) -> tuple[str, ...]:
        """Say the price; it is worked out once while the hand stays over the same group."""
        if self._priced is None or self._priced[:2] != (manager, group):
            self._priced = manager, group, self.price_lines([manager], group)
        return self._priced[2]

    def _take_aim(self, group: int | None) -> None:
        if group != self._aim and self._ground is not None:
            self._ground.aim(group)
        self._aim = group

    def _scroll_along(self, at: QPoint) -> None:
        bar, view = self._scroll.verticalScrollBar(), self._scroll.viewport()
        y = view.mapFromGlobal(at).y()
        if y < EDGE_PX:
            bar.setValue(bar.value() - 14)
        elif y > view.height() - EDGE_PX:
            bar.setValue(bar.value() + 14)

    def _drop(self, manager: str, at: QPoint) -> None:
        target, desk = self._target(at), self._bench.grouping
        here = desk.hand.group_of(manager) if desk.hand is not None else None
        self._rest()
        if target is not None and target != here:
            desk.move_managers([manager], target)

    def _rest(self) -> None:
        self.dragging = False
        self._priced = None
        self._take_aim(None)
        if self._tip is not None:
            self._tip.hide()
        for one in self.cards:
            one.set_target(False)
        self.resting.emit()

    def price_lines(self, managers: Sequence[str], group: int | None) -> tuple[str, ...]:
        """Say what putting managers into a group costs."""
        project, hand = self._bench.session.project, self._bench.grouping.hand
        if project is None or hand is None:
            return ()
        try:
            priced = hand.price(_moves(hand, managers, group))
        except GridError as error:
            return (objects.problem_sentence(project, error),)
        return price_words(project, priced, hand.plan.scores.cost_min).lines

    # ---------------------------------------------------------------------- menus

    def _member_menu(self, manager: str, at: QPoint) -> None:
        menu = self.member_menu(manager)
        menu.exec(at)
        menu.deleteLater()

    def member_menu(self, manager: str) -> QMenu:
        """Offer the other groups with their prices, and a group of his own."""
        from grid_model.grouping.editing import LockAreas

        menu, desk = QMenu(self), self._bench.grouping
        menu.addAction(_("Show on the map"), partial(self._bench.go_to, "district_managers", manager))
        hand = desk.hand
        if hand is None or self._bench.session.reading:
            return menu
        menu.addSeparator()
        here = hand.group_of(manager)
        prices = self._prices(
            [n for n in range(len(hand.plan.groups)) if n != here], lambda n: _moves(hand, [manager], n)
        )
        for number, text in prices:
            act = menu.addAction(_("Move to {group}").format(group=text))
            act.triggered.connect(partial(lambda n: desk.move_managers([manager], n), number))
        menu.addAction(_("Move to another group…"), partial(self.choose_group, manager))
        if here is not None and len(hand.plan.groups[here]) > 1:
            menu.addAction(_("Found a new group with him"), lambda: desk.move_managers([manager], None))
        if hand.scheme:
            menu.addAction(_("A grid of their own for his areas"), partial(self._own_grid, manager))
            areas = hand.plan.areas.areas_of(manager) if hand.plan.areas is not None else ()
            held = bool(areas) and set(areas) <= set(hand.locked_areas)
            act = menu.addAction(_("Unlock his areas") if held else _("Lock his areas to him"))
            act.setEnabled(bool(areas))
            act.triggered.connect(lambda: desk.do(LockAreas(hand.scheme, areas, not held)))
        return menu

    def choose_group(self, manager: str) -> None:
        """Ask by keys which group a manager is to join; the same as dragging him there."""
        from ui.dialogs.move_dialog import MoveDialog

        project, hand = self._bench.session.project, self._bench.grouping.hand
        if project is None or hand is None or self._bench.session.reading:
            return
        names = {number: self._group_name(number) for number, own in enumerate(hand.plan.groups) if own}
        dialog = MoveDialog(project, hand, manager, names, self.window())
        if dialog.exec():
            self._bench.grouping.move_managers([manager], dialog.group)

    def _group_name(self, number: int) -> str:
        shown = next((one.facts.name for one in self.cards if one.facts.number == number), "")
        project, hand = self._bench.session.project, self._bench.grouping.hand
        if shown or project is None or hand is None:
            return shown
        return _names(self._bench, project, hand)[0][number]

    def _group_menu(self, number: int, at: QPoint) -> None:
        menu = self.group_menu(number)
        menu.exec(at)
        menu.deleteLater()

    def group_menu(self, number: int) -> QMenu:
        """Offer what can be done with a group."""
        menu, desk, hand = QMenu(self), self._bench.grouping, self._bench.grouping.hand
        if hand is None:
            return menu
        group = hand.groups[number]
        menu.addAction(_("Ways, guards and cost…"), partial(self.explain, number))
        if group:
            menu.addAction(
                _("Show on the map"), lambda: self._bench.zoom_wanted.emit("mutual_aid_groups", group)
            )
            menu.addAction(_("Everything about it"), lambda: self._bench.select("mutual_aid_groups", group))
        if self._bench.session.reading:
            return menu
        held = hand.locked[number]
        menu.addAction(_("Unlock") if held else _("Lock"), lambda: desk.lock(number, not held))
        others = [n for n in range(len(hand.plan.groups)) if n != number and hand.plan.groups[n]]
        merge = menu.addMenu(_("Merge with"))
        for other, text in self._prices(others, lambda n: _moves(hand, hand.plan.groups[n], number)):
            merge.addAction(text).triggered.connect(partial(lambda n: desk.merge(number, n), other))
        merge.setEnabled(bool(others))
        if hand.scheme and len(self._grids_of(group)) > 1:
            menu.addAction(_("Make one grid of its grids"), lambda: self._merge_grids(group))
        return menu

    def explain(self, number: int) -> None:
        """Show the figures of a group."""
        from ui.dialogs.scheme_group import GroupDialog

        project, hand = self._bench.session.project, self._bench.grouping.hand
        name = next((one.facts.name for one in self.cards if one.facts.number == number), "")
        if project is not None and hand is not None:
            GroupDialog(project, hand, number, name, self._bench.go_to, self.window()).exec()

    def _prices(self, groups: Sequence[int], moves: Callable[[int], Sequence[Move]]) -> list[tuple[int, str]]:
        """Name groups with what the moves to each would cost, the cheapest that break nothing first."""
        hand = self._bench.grouping.hand
        assert hand is not None
        names = {one.facts.number: one.facts.name for one in self.cards}
        found = []
        for n in groups:
            if n in names:
                priced = hand.price(moves(n))
                found.append((bool(priced.newly_broken), priced.delta, n))
        return [(n, _price_label(names[n], delta, breaks)) for breaks, delta, n in sorted(found)[:OFFERED]]

    # ---------------------------------------------------------------------- grids

    def _grids_of(self, group: str) -> list[str]:
        project = self._bench.session.project
        assert project is not None
        rows = project.frame("service_grids")
        return sorted(rows.loc[rows["mutual_aid_group"] == group, "id"])

    def _merge_grids(self, group: str) -> None:
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import MergeGrids

        hand = self._bench.grouping.hand
        assert hand is not None
        grids = tuple(self._grids_of(group))
        self._bench.grouping.do(MergeGrids(grids, grid_outliner(hand.basis.outlines)))

    def _own_grid(self, manager: str) -> None:
        """Make the manager's areas a grid of their own: those in the grid where most of them lie."""
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import SplitGrid

        project, hand = self._bench.session.project, self._bench.grouping.hand
        assert project is not None
        assert hand is not None
        assert hand.plan.areas is not None
        rows = project.frame("grid_areas")
        mine = rows[
            (rows["scheme"] == hand.scheme) & rows["transformer_area"].isin(hand.plan.areas.areas_of(manager))
        ]
        if not len(mine):
            self._bench.session.warned.emit(
                _("{manager} answers for no area of this scheme.").format(manager=self._name(manager))
            )
            return
        grid = str(mine["service_grid"].value_counts().sort_index().idxmax())
        areas = tuple(sorted(mine.loc[mine["service_grid"] == grid, "transformer_area"]))
        self._bench.grouping.do(SplitGrid(grid, areas, shape=grid_outliner(hand.basis.outlines)))

    def _name(self, manager: str) -> str:
        project = self._bench.session.project
        return objects.object_name(project, "district_managers", manager) if project is not None else manager


def _moves(hand: InHand, managers: Sequence[str], group: int | None) -> list[Move]:
    from grid_model.grouping.price import MoveManager

    moves: list[Move] = [MoveManager(managers[0], group)] if managers else []
    founded = len(hand.plan.groups) if group is None else group
    return [*moves, *(MoveManager(one, founded) for one in managers[1:])]


def _price_label(name: str, delta: float, breaks: bool) -> str:
    text = _("{group} ({delta} min)").format(group=name, delta=signed(delta))
    return f"{text} ✕" if breaks else text


# --------------------------------------------------------------------------- facts


def card_facts(bench: Bench, project: Project, hand: InHand) -> list[CardFacts]:
    """Tell about every group of the plan in hand, the empty ones left out."""
    names, tints, leaders = _names(bench, project, hand)
    known = hand.basis.able.known
    broken = _broken(project, hand)
    found = []
    for number in range(len(hand.plan.groups)):
        score = hand.score(number)
        if score is None:
            continue
        group = score.group
        leader = leaders.get(number) or group.leader
        covered, areas = hand.covered.get(number, (0, 0))
        found.append(
            CardFacts(
                number,
                hand.groups[number],
                names[number],
                tints[number],
                tuple(_member(project, hand, one, leader) for one in _leader_first(group.members, leader)),
                group.mean_pair_min,
                group.longest_pair_min,
                group.load_ratio,
                covered,
                areas,
                _guards(hand, group.members) if known else None,
                hand.locked[number],
                broken.get(number, ()),
            )
        )
    return found


def _leader_first(members: Sequence[str], leader: str | None) -> list[str]:
    return sorted(members, key=lambda one: (one != leader, one))


def _guards(hand: InHand, members: Sequence[str]) -> int:
    """How many members can guard another: all who are able, if a second person is there to work."""
    return sum(one in hand.basis.able.guards for one in members) if len(members) > 1 else 0


def _names(
    bench: Bench, project: Project, hand: InHand
) -> tuple[Sequence[str], Sequence[tuple[int, ...]], Mapping[int, str]]:
    """Names, tints and leaders of the groups, by number."""
    if hand.scheme:
        table, tints = project.table("mutual_aid_groups"), tints_of(project, hand.scheme)
        rows = [table.row(one) for one in hand.groups]
        leaders = {n: str(row["leader"]) for n, row in enumerate(rows) if row["leader"]}
        names = [str(row["name"] or row["id"]) for row in rows]
        return names, [tints.get(one, ()) for one in hand.groups], leaders
    plan, preview = bench.grouping.plan, bench.grouping.preview()
    assert plan is not None
    if preview is None:
        return plan.names, [()] * len(plan.names), {}
    tints = tints_of(preview.project, preview.scheme)
    members = preview.project.frame("group_members")
    members = members[members["scheme"] == preview.scheme]
    group_of = dict(zip(members["manager"], members["mutual_aid_group"], strict=True))
    return plan.names, [tints.get(group_of.get(one[0], ""), ()) for one in hand.plan.groups], {}


def tints_of(project: Project, scheme: str) -> dict[str, tuple[int, ...]]:
    """Give the tints each group's land has on the map: those of its grids, its own where it has none."""
    of_grid, rows = grid_tints(project, scheme), project.frame("service_grids")
    rows = rows[rows["scheme"] == scheme].sort_values("number")
    found: dict[str, dict[int, None]] = {}
    for one, group in zip(rows["id"], rows["mutual_aid_group"].fillna(""), strict=True):
        found.setdefault(str(group), {})[of_grid[one]] = None
    return {one: tuple(found.get(one, (own,))) for one, own in group_tints(project, scheme).items()}


def _member(project: Project, hand: InHand, manager: str, leader: str | None) -> MemberFacts:
    able, problem = hand.basis.able, hand.plan.problem
    roles = [_("leader")] if manager == leader else []
    if able.known:
        if manager in able.leaders:
            roles.append(_("work leader"))
        elif manager in able.guards:
            roles.append(_("guard"))
    at = problem.members.index(manager)
    load = float(problem.workload[at]) / problem.mean if problem.mean > 0 else 1.0
    name = objects.object_name(project, "district_managers", manager)
    return MemberFacts(manager, name, " · ".join(roles), load)


def _broken(project: Project, hand: InHand) -> dict[int, tuple[str, ...]]:
    found = {}
    for number in range(len(hand.plan.groups)):
        score = hand.score(number)
        if score is not None and score.broken:
            found[number] = tuple(reason_sentence(project, one) for one in score.broken)
    return found
