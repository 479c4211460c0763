"""``taiqu assign``: which manager answers for which area, and who stands in for him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_

if TYPE_CHECKING:
    from gis.planning import Basis
    from grid_model.grouping.editing import PutAssignment


@dataclass(frozen=True)
class AssignParameters:
    """What is shared out, within which limits, and the scheme the result is kept in."""

    scheme: str = parameter(
        N_("Keep the result in the scheme of this name, a copy of the one in force where it is new"),
        default="",
        flag="--scheme",
        metavar="NAME",
    )
    base: str = parameter(
        N_("Scheme whose managers of areas are the present ones; else the areas themselves"),
        default="",
        flag="--base",
        metavar="NAME",
    )
    stand_ins: bool = parameter(
        N_("Find a stand-in for every area instead; managers stay"), default=False, flag="--stand-ins"
    )
    measure: str = parameter(
        N_("What is shared out"),
        default="workload",
        flag="--by",
        choices=("workload", "customers", "areas"),
    )
    least: float | None = parameter(
        N_("Least load of a manager, in what is shared out"), flag="--min", metavar="N", number=float
    )
    most: float | None = parameter(
        N_("Most load of a manager, in what is shared out"), flag="--max", metavar="N", number=float
    )
    max_customers: float | None = parameter(
        N_("Most customers of a manager; the same as --by customers --max N"),
        flag="--max-customers",
        metavar="N",
        number=float,
    )
    change: float | None = parameter(
        N_("Cost of a whole mean load of areas that get another manager"),
        flag="--change",
        metavar="MIN",
        unit="min",
        number=float,
    )
    in_pieces: bool = parameter(N_("Let territories be in pieces"), default=False, flag="--allow-pieces")
    time_limit: float | None = parameter(
        N_("Give the best found for each station by then, with its bound [60]"),
        flag="--time-limit",
        metavar="SECONDS",
        unit="s",
        number=float,
    )


SECONDS = 60.0
"""Longest search for each station where nothing is said."""


OF_STAND_INS = ("scheme", "base", "stand_ins")
"""What says something about stand-ins; everything else is about managers."""


@dataclass(frozen=True)
class KeepAssignment:
    """Keep managers or stand-ins of areas in a scheme.

    Parameters
    ----------
    origin
        Id of the scheme it is a copy of where it is new; None: the one in force.
    """

    scheme: str
    put: PutAssignment
    origin: str | None = None
    title: str = N_("Assign areas to managers in scheme {scheme}")

    @property
    def values(self) -> dict[str, str]:
        """What fills the title."""
        return {"scheme": self.scheme}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Copy where needed, then write."""
        from dataclasses import replace

        from grid_model.grouping.scheme_edits import CopyScheme
        from grid_model.grouping.schemes import scheme_in_force, scheme_named

        steps: list[Any] = []
        if scheme_named(project, self.scheme) is None:
            now = self.origin or scheme_in_force(project)
            if now is None:
                raise GridError("no-scheme-to-copy", scheme=self.scheme)
            project, made = CopyScheme(now, self.scheme).apply(project)
            steps += made.steps
        own = scheme_named(project, self.scheme)
        assert own is not None
        project, made = replace(self.put, scheme=own).apply(project)
        return project, Changes((*steps, *made.steps))


def run(project: Project, parameters: AssignParameters, feedback: Feedback) -> Outcome:
    """Assign areas or stand-ins; the edit keeps them where a scheme is named."""
    from gis.replanning import scheme_basis
    from grid_model.grouping.schemes import find_scheme, scheme_in_force, scheme_named

    _refuse(parameters)
    own = scheme_named(project, parameters.scheme) if parameters.scheme else None
    if own is not None and own == scheme_in_force(project):
        raise GridError("scheme-in-force", scheme=parameters.scheme)
    if parameters.scheme and own is None and scheme_in_force(project) is None:
        raise GridError("no-scheme-to-copy", scheme=parameters.scheme)
    base = find_scheme(project, parameters.base) if parameters.base else None
    if parameters.stand_ins and own is not None:
        # Stand-ins are found for the managers of the scheme they are kept in.
        if base not in (None, own):
            raise GridError("one-at-a-time", flags="--base, --scheme")
        base = own
    basis = scheme_basis(project, base, feedback)
    work = _stand_ins if parameters.stand_ins else _areas
    return work(project, basis, base, parameters, feedback)


def _refuse(parameters: AssignParameters) -> None:
    """Refuse numbers that cannot be, and what would be said in vain."""
    vain = []
    for name, default, about in OPERATION.described():
        value = getattr(parameters, name)
        if about.number is float and value is not None:
            _refuse_number(about.flag, value, above_zero=name == "time_limit")
        if value != default and name not in OF_STAND_INS:
            vain.append(about.flag)
    if parameters.stand_ins and vain:
        raise GridError("only-of-areas", flags=", ".join(vain))
    if parameters.max_customers is not None and parameters.most is not None:
        raise GridError("one-at-a-time", flags="--max, --max-customers")
    if parameters.max_customers is not None and parameters.measure == "areas":
        raise GridError("one-at-a-time", flags="--by, --max-customers")
    most = _most(parameters)
    if parameters.least is not None and most is not None and parameters.least > most:
        raise GridError("least-above-most", least=parameters.least, most=most)


def _refuse_number(flag: str, value: float, above_zero: bool) -> None:
    if above_zero and not 0 < value < float("inf"):
        raise GridError("not-above-zero", flag=flag, value=value)
    if not 0 <= value < float("inf"):
        raise GridError("below-zero", flag=flag, value=value)


def _most(parameters: AssignParameters) -> float | None:
    return parameters.most if parameters.max_customers is None else parameters.max_customers


def _areas(
    project: Project, basis: Basis, base: str | None, parameters: AssignParameters, feedback: Feedback
) -> Outcome:
    from gis.planning import grid_outliner
    from gis.replanning import assign, assign_problem
    from grid_model.grouping.editing import PutAssignment
    from grid_model.grouping.schemes import scheme_named
    from ui.assign_text import assignment_document, assignment_lines

    measure = "customers" if parameters.max_customers is not None else parameters.measure
    locks = (scheme_named(project, parameters.scheme) if parameters.scheme else None) or base
    problem = assign_problem(
        basis,
        measure,
        least_load=parameters.least,
        most_load=_most(parameters),
        change_min=parameters.change,
        connected=not parameters.in_pieces,
        scheme=locks,
    )
    found = assign(problem, feedback, parameters.time_limit or SECONDS)
    edit = None
    if parameters.scheme and found.manager_of:
        put = PutAssignment("", found.manager_of, {}, grid_outliner(basis.outlines))
        edit = KeepAssignment(parameters.scheme, put)
    return Outcome(
        assignment_document(project, problem, found, measure, parameters.scheme),
        assignment_lines(project, problem, found, measure, parameters.scheme),
        findings=found.status == "infeasible",
        edit=edit,
    )


def _stand_ins(
    project: Project, basis: Basis, base: str | None, parameters: AssignParameters, feedback: Feedback
) -> Outcome:
    from gis.replanning import choose_stand_ins
    from grid_model.grouping.editing import PutAssignment
    from ui.assign_text import stand_ins_document, stand_ins_lines

    found = choose_stand_ins(basis, base, feedback)
    edit = None
    if parameters.scheme:
        edit = KeepAssignment(parameters.scheme, PutAssignment("", {}, found.stand_in_of), base)
    return Outcome(
        stand_ins_document(project, basis, found, parameters.scheme),
        stand_ins_lines(project, basis, found, parameters.scheme),
        findings=bool(found.without),
        edit=edit,
    )


OPERATION = Operation(
    "assign",
    N_("Assign areas to managers"),
    N_("Connected territories with fairly shared work and little change, and a stand-in for every area"),
    AssignParameters,
    "ui.commands.assign:run",
    project="write",
    writes="scheme",
)
