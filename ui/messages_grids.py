"""The sentences for groups, grids, schemes and assignments; `ui.messages` takes them into its one table."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping

from resources.i18n import N_

GRID_ERRORS: Mapping[str, str] = {
    "bad-group-sizes": N_(
        "Groups of at least {minimum} and at most {maximum} managers cannot be; give fitting --min-size and --max-size."
    ),
    "group-sizes-beyond-limits": N_(
        "Groups of {minimum} to {maximum} managers are beyond the limits of {low} to {high};"
        " nobody may work alone, and the limits stand in the table of settings."
    ),
    "manager-not-planned": N_("Manager {manager} is not on duty and takes no part in the planning."),
    "rule-needs-two": N_(
        "This rule needs at least two managers and names only {managers}; write their staff numbers or names"
        " parted by commas."
    ),
    "unknown-manager": N_("No manager has the staff number or name “{given}”. There are: {managers}."),
    "manager-of-several": N_("Several managers are called “{given}”: {managers}. Write the staff number."),
    "unknown-group": N_("No mutual-aid group has the number or name “{given}”. There are: {groups}."),
    "rule-needs-one": N_("The rule names nobody; give at least one manager."),
    "rule-stands-already": N_("The same rule stands already, about {managers}."),
    "bad-take": N_("The frontier has {plans} plans; there is no number {take}."),
    "take-of-what": N_("--take needs --frontier: say how many plans to choose from."),
    "not-above-zero": N_("{flag} must be above zero, not {value}."),
    "below-zero": N_("{flag} must not be below zero, but {value} was given."),
    "says-nothing-alone": N_("{flag} says nothing without {needed}; add that or leave it out."),
    "only-of-areas": N_("--stand-ins leaves the managers of areas as they are; leave {flags} out."),
    "least-above-most": N_("The least load ({least}) is above the most ({most}); give fitting limits."),
    "too-many-candidates": N_(
        "{managers} managers in groups of up to {maximum} make more than {limit} possible groups;"
        " ask for smaller groups, or plan station by station."
    ),
    "no-plan-in-time": N_("No plan was found within {seconds} s; allow more time."),
    "no-plan-found": N_(
        "No grouping of {managers} managers was found among {candidates} groups looked at, and no rule that"
        " forbids one; plan station by station, or loosen a rule."
    ),
    "no-managers": N_("No district manager is on duty; import or enter managers first."),
    "scheme-in-force": N_(
        "Scheme “{scheme}” is in force and is not replaced; keep the result under another name."
    ),
    "scheme-without-name": N_("Give the scheme a name."),
    "bad-frontier": N_("{plans} plans cannot be shown side by side; choose {low} to {high}."),
    "no-grouping-to-keep": N_("There is no grouping to keep."),
}
"""What cannot be done."""

GRID_ISSUES: Mapping[str, str] = {
    "area-unassigned": N_("Nobody answers for the transformer area “{id}”"),
    "area-in-no-grid": N_("The transformer area “{id}” is in no service grid"),
    "area-in-several-grids": N_("The transformer area “{id}” is in several service grids: {grids}"),
    "area-outside-its-group": N_(
        "The transformer area “{id}” lies in the grid {grid}, but its manager {manager} belongs to the group {group}"
    ),
    "manager-in-no-group": N_("The manager “{id}” is in no mutual-aid group"),
    "manager-in-several-groups": N_("The manager “{id}” is in several mutual-aid groups: {groups}"),
    "member-not-on-duty": N_("The manager “{id}” is not on duty but in a mutual-aid group"),
    "group-without-members": N_("The mutual-aid group “{id}” has no members"),
    "leader-not-in-group": N_("The mutual-aid group “{id}” is led by {leader}, who is not in it"),
    "grid-without-areas": N_("The service grid “{id}” has no transformer areas"),
    "grid-without-group": N_("No mutual-aid group serves the grid “{id}”"),
    "territory-not-connected": N_(
        "Areas of the manager “{id}” that do not touch his other ones ({count}): {areas}"
    ),
    "grid-not-connected": N_(
        "Areas of the service grid “{id}” that do not touch its other ones ({count}): {areas}"
    ),
    "grids-overlap": N_("The service grids “{id}” and “{other}” overlap on {m2} m²"),
    "grid-without-outline": N_("The service grid “{id}” has no outline"),
    "grids-leave-gap": N_(
        "Land of the station {station} in no service grid: pieces {count}, {m2} m², the largest beside the transformer area “{id}”"
    ),
}
"""What a check finds."""

GRID_REASONS: Mapping[str, str] = {
    # why there is no grouping
    "in-station": N_("{station}:"),
    "sizes-cannot-cover": N_("Groups of {minimum}–{maximum} cannot cover {count} managers: {managers}."),
    "isolated-manager": N_("{managers} has no neighbour; a group needs at least {minimum} managers."),
    "manager-out-of-reach": N_(
        "No way is known from {managers} to any other manager: no base point and no drawn area says where they are, "
        "or the roads do not reach them. Set their base points, or take them out of the planning."
    ),
    "island-of-managers": N_(
        "{managers} have no neighbours but each other; groups of {minimum}–{maximum} cannot cover these {count}."
    ),
    "too-few-leaders": N_(
        "{count} managers ({among}) need at least {needed} valid work leaders, but there are {leaders}: {managers}."
    ),
    "too-few-guards": N_(
        "{count} managers ({among}) make at least {groups} groups and need {needed} persons able to guard,"
        " but there are {guards}: {managers}."
    ),
    "manager-without-group": N_(
        "Managers whom no group of {minimum}–{maximum} neighbours can hold: {managers}."
    ),
    "manager-without-qualified-group": N_(
        "Managers whose every possible group lacks a valid work leader or another person able to guard:"
        " {managers}."
    ),
    "manager-without-near-group": N_(
        "Managers whose every possible group has two members more than {limit} min apart: {managers}."
    ),
    "together-out-of-reach": N_(
        "{managers} must share a group, but no group of {minimum}–{maximum} neighbours holds them all."
    ),
    "together-and-apart": N_("{managers} must share a group and must not."),
    "together-too-many": N_("{managers} must share a group, but a group has at most {maximum} managers."),
    "together-across-stations": N_("{managers} must share a group but belong to different stations."),
    "lock-across-stations": N_("Locked group {group} holds managers of different stations: {managers}."),
    "locks-overlap": N_("Two locked groups, {group} and {other}, both hold {managers}."),
    "lock-size": N_("Locked group {group} has {count} managers, not {minimum}–{maximum}: {managers}."),
    "lock-not-connected": N_("Locked group {group} is not made of neighbours: {managers}."),
    "lock-unqualified": N_(
        "Locked group {group} lacks a valid work leader and another person able to guard: {managers}."
    ),
    "lock-too-far": N_("Locked group {group} has a pair more than {limit} min apart: {managers}."),
    "lock-parts-together": N_("Locked group {group} parts managers who must share a group: {managers}."),
    "lock-holds-apart": N_("Locked group {group} holds managers who must not share a group: {managers}."),
    "locks-leave-rest": N_("Beside the locked groups ({groups}) the other managers cannot be grouped:"),
    "leader-unqualified": N_("{managers} is to lead a group but is no valid work leader."),
    "leaders-together": N_("{managers} are each to lead a group of their own but must share one."),
    "too-many-leaders": N_(
        "{leaders} managers are each to lead a group, but {count} neighbours make at most {groups} groups:"
        " {managers}."
    ),
    "fixed-in-two": N_("{managers} are fixed to groups {group} and {other} and would have to share one."),
    "town-cannot-be-covered": N_(
        "Town {town} stays whole, but groups of {minimum}–{maximum} cannot cover its {count} managers: {managers}."
    ),
    "together-leaves-town": N_(
        "Town {town} is more than one group and takes nobody from elsewhere, but {managers} must share a group."
    ),
    "lock-holds-leaders": N_(
        "Locked group {group} holds more than one manager who is to lead a group: {managers}."
    ),
    "lock-mixes-town": N_(
        "Locked group {group} mixes town {town}, which stays whole, with managers from elsewhere: {managers}."
    ),
    "rules-cannot-hold-together": N_(
        "These rules cannot hold together: {rules}. Managers left over: {managers}."
    ),
    "conflict-cut-short": N_(
        "The search for the fewest of these rules was cut short: some of those named may not be needed."
    ),
    "work-too-much": N_("All areas together make {work}; the managers may have at most {limit}."),
    "work-cannot-fill": N_("All areas together make {work}; the managers must have at least {needed}."),
    "unit-too-heavy": N_("Areas that alone are more than any manager may have ({count}): {areas}."),
    "unit-without-centre": N_("Areas that no manager may have ({count}): {areas}."),
    "no-connected-assignment": N_(
        "No territories that hang together keep the limits of work and the areas that stay."
    ),
    "rule-qualified": N_("each group has a valid work leader and another person able to guard"),
    "rule-pair-minutes": N_("no two members are more than {limit} min apart"),
    "rule-min-size": N_("at least {minimum} managers in a group"),
    "rule-max-size": N_("at most {maximum} managers in a group"),
    "rule-stations": N_("groups stay within stations"),
    "rule-connected": N_("groups are made of neighbours"),
    "rule-apart": N_("apart: {managers}"),
    "rule-together": N_("together: {managers}"),
    "rule-locked": N_("group {group} locked: {managers}"),
    "rule-fixed": N_("{managers} stay together in group {group}"),
    "rule-leader": N_("{managers} leads a group"),
    "rule-town": N_("town {town} stays whole: {managers}"),
    # what a group or a plan made by hand breaks
    "group-size": N_("A group has {count} managers, not {minimum}–{maximum}: {managers}."),
    "group-not-connected": N_("{managers} has no way over neighbours to the rest of the group of {among}."),
    "group-without-leader": N_("The group of {managers} has no valid work leader."),
    "group-without-guard": N_("In the group of {managers} nobody but the work leader {among} can guard."),
    "group-across-stations": N_("The group of {managers} crosses the stations' borders."),
    "group-parts-together": N_("{managers} must share a group and do not."),
    "group-holds-apart": N_("{managers} must not share a group and do."),
    "group-breaks-lock": N_("Locked group {group} would not stay as it is: {managers}."),
    "group-parts-fixed": N_("{managers} are to stay together as in group {group} and do not."),
    "group-joins-fixed": N_(
        "Groups {group} and {other}, whose members are to stay, stand in one group: {managers}."
    ),
    "group-of-two-leaders": N_("{managers} are each to lead a group but share one."),
    "group-splits-town": N_(
        "{town} may not be split, but its managers ({managers}) do not keep to themselves in whole groups."
    ),
    "managers-in-no-group": N_("In no group: {managers}."),
    "managers-in-several-groups": N_("In more than one group: {managers}."),
    "territory-in-parts": N_("The territory of {managers} is in pieces; {count} areas lie apart: {areas}."),
    # why areas cannot be assigned
    "assign-work-too-much": N_(
        "The work ({work}) is more than the managers may have together ({limit}): {managers}. Allow more for each, or let fewer areas be locked."
    ),
    "assign-work-cannot-fill": N_(
        "The work ({work}) is less than the managers must have together ({needed}): {managers}. Ask less of each."
    ),
    "assign-unit-without-centre": N_("No manager may have these areas ({count}): {areas}."),
    "assign-unit-too-heavy": N_(
        "Each of these areas is more work than any manager may have ({count}): {areas}."
    ),
    "assign-no-connected-assignment": N_(
        "No assignment of connected territories keeps every load within the limits and the locked areas where they are: {managers}."
    ),
    # what to know about a plan
    "rules-idle": N_(
        "Rules that name too few managers on duty, or a town nobody works in, are left out ({count}): {ids}."
    ),
    "limits-eased": N_(
        "Within the limits of work nobody could take the areas over; the limits were left out."
    ),
    "territories-fall-apart": N_(
        "Some territories were in pieces before; the areas were dealt out without asking for connected ones."
    ),
    "nobody-can-stand-in": N_("Areas for which nobody can stand in ({count}): {areas}."),
    "stand-ins-outside": N_("Areas whose stand-in is of another group ({count}): {areas}."),
    "qualifications-unknown": N_("No certificates are on file, so work leaders and guards were not checked."),
    "far-pair": N_("{managers} are {minutes} min apart, more than {limit} min."),
    "managers-without-place": N_(
        "Where these managers are is unknown (no base point, no area in a known place): {managers}."
    ),
    "certificates-undated": N_("Certificates without an end date, taken as valid: {managers}."),
    "certificates-expired": N_("Certificates ended before {on}: {certificates}."),
    "areas-without-manager": N_("Areas without a manager ({count}): {areas}."),
    "areas-without-grid": N_("Areas in no grid, their managers not being on duty ({count}): {areas}."),
    "areas-without-place": N_(
        "Areas without outline, customers or transformers in a known place ({count}): {areas}."
    ),
    "grid-in-parts": N_("The grid of {managers} falls into {parts} parts that do not touch."),
    "grid-with-holes": N_("The grid of {managers} has holes: {holes}."),
    "territory-generated": N_("Some area outlines were generated from customers to find neighbours."),
    "territory-positions": N_(
        "No area has a known place; neighbours were found from the managers' base points."
    ),
}
"""Why there is no plan, and what to know about one (`grid_model.grouping.Reason`)."""
