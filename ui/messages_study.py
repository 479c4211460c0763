"""The sentences for what cannot be done in an outage study, and when carrying one out."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping

from resources.i18n import N_

STUDY_ERRORS: Mapping[str, str] = {
    "not-protective": N_("“{id}” does not protect, so it cannot trip; use the step “open”."),
    "already-faulted": N_("“{id}” has failed already; leave the step out or report it repaired first."),
    "not-faulted": N_("“{id}” has not failed, so there is nothing to repair; name the device that failed."),
    "already-earthed": N_("“{id}” is earthed already; leave the step out."),
    "earth-live": N_(
        "“{node}” is under voltage and cannot be earthed; open what feeds it first, or earth another place."
    ),
    "earth-between-switches": N_(
        "“{id}” lies between two switches at the end of the line “{line}” and has no name of its own; earth the line or the node before the switches."
    ),
    "jumper-behind-switch": N_(
        "“{id}” would lie between the line “{line}” and the switch “{switch}” at its end, where nothing else can be joined; name a node, or operate the switch."
    ),
    "ambiguous-end": N_(
        "“{id}@{node}” can mean an end or a node: its end A is at “{a}”, its end B at “{b}”; write “{id}” alone for both ends."
    ),
    "not-earthed": N_("“{id}” is not earthed; leave the step out or name the place that is."),
    "unknown-place": N_(
        "There is no node or device “{id}”; write a node, a device, or one end of a device as ID@a, ID@b or ID@NODE."
    ),
    "jumper-ends": N_(
        "A jumper joins two places; name two nodes or device ends, or one device to bridge it (given: {devices})."
    ),
    "jumper-same-node": N_("Both ends of the jumper are the node “{node}”; name two different places."),
    "jumper-voltages": N_(
        "A jumper cannot join “{a}” ({kv_a} kV) and “{b}” ({kv_b} kV); choose places of one voltage."
    ),
    "cut-needs-line": N_("Only a line can be cut; “{device}” is none. Name one line segment."),
    "place-beyond-line": N_(
        "The line “{line}” is {length_m} m long; {at_m} m from its node A is beyond its end."
    ),
    "line-of-unknown-length": N_(
        "The line “{line}” has neither a length nor a route to measure, so it is not known where {at_m} m from its node A lies; give it a length, or name the line without a distance, or for a cut its end ({line}@a, {line}@b)."
    ),
    "place-needs-line": N_("A distance along it needs one line segment; “{device}” is none."),
    "repair-first": N_(
        "The fault in {devices} must be repaired first: until then earths stay in place and nothing is closed onto it; report it repaired to go back to normal."
    ),
    "bad-steps": N_(
        'Step {step} of the steps file is no step but {value}; a step is written as {{"time": "10:00", "action": "open", "device": "K1"}}.'
    ),
    "bad-step-time": N_(
        "Step {step} of the steps file: “{value}” is no time; write 10:00 or 2026-11-20T10:00."
    ),
    "bad-step-devices": N_(
        "Step {step} of the steps file: the devices are one identifier in quotes, or a list of them ({value})."
    ),
    "bad-step-place": N_(
        "Step {step} of the steps file: {value} is no place on a line; at_m is metres from 0 on, x and y are two numbers."
    ),
    "bad-steps-file": N_(
        'The steps file has no list of steps; it is written as {{"steps": [{{"time": "10:00", "action": "open", "device": "K1"}}]}}.'
    ),
    "bad-steps-state": N_("The steps file names the state “{value}”; it is normal or current."),
    "bad-steps-list": N_("In the steps file “{key}” has to be a list, as docs/command-line.md shows."),
    "until-too-early": N_(
        "Counting ends at {time}, before the last step at {before}; give a later “until”, or none."
    ),
    "manual-times": N_(
        "What is entered by hand for {id} is back at {on}, before it is out at {off}; put the times right."
    ),
    "cut-in-place": N_("“{id}” is closed, and {cuts} parts it; close the cut to mend the line."),
    "unknown-step-key": N_("Step {step} of the steps file has what no step has: {keys}; known are {known}."),
    "unknown-steps-file-key": N_("The steps file has what none has: {keys}; known are {known}."),
    "unknown-manual-key": N_(
        "Entry {step} of what is entered by hand has what no entry has: {keys}; known are {known}."
    ),
    "step-keys-exclude": N_(
        "Step {step} of the steps file says it twice: {keys}; only one of them can be heeded."
    ),
    "step-key-without-use": N_(
        "In step {step} of the steps file “{key}” has no use for “{action}”, only for {actions}; leave it out."
    ),
    "manual-one-of": N_(
        "Entry {n} of what is entered by hand has to name either a customer or an area; for both write two entries."
    ),
    "manual-without-reason": N_(
        "Entry {n} of what is entered by hand ({id}) gives no reason; write why it is added."
    ),
    "step-with-device": N_(
        "The step “{action}” takes no device (given: {devices}); leave it out, or operate it by steps “open” and “close”."
    ),
    "pairs-need-a-workbook": N_(
        "“{file}” can hold one list only; write an .xlsx file to have the pairs beside the devices."
    ),
    "bad-distance": N_("{at_m} m is no distance along the line “{line}”; write 0 or more."),
    "line-without-place": N_(
        "The line “{line}” has no place on the map, so a point on it cannot be found by coordinates; write at_m instead."
    ),
    "place-far-from-line": N_(
        "The place given is {metres} m from the line “{line}”; on a line is what lies within {farthest} m of it. Check the coordinates, or write at_m."
    ),
    "temporary-name-taken": N_(
        "A jumper or cut cannot be called “{id}”: something of the network has that name already; choose another."
    ),
    "said-by-steps-file": N_(
        "{flags} has no effect beside --steps: the steps file says it; change it there."
    ),
    "said-by-kept-study": N_(
        "{flags} has no effect beside --outage: a kept study is played as it was kept; write its steps with --out and change them."
    ),
    "device-twice": N_("The step names “{id}” twice; name it once."),
    "study-without-name": N_("--save needs a name; write --save NAME."),
    "bad-times": N_(
        "The times of a proposal must not run backwards: fault, isolation, restoration, repair, and no negative duration."
    ),
    "carried-out-changed": N_(
        "This outage was carried out to step {n}, and since then {devices} stand otherwise; play the rest from the present state and carry that out."
    ),
    "carry-out-from-normal": N_(
        "This study began in the normal state and comes out otherwise from the present one, in which switches stand differently ({n}: {devices}); play it from the present state and carry that out."
    ),
    "no-such-stage": N_("The study has no step {n}; it has {steps}."),
    "unknown-outage": N_(
        "No outage is kept as “{name}”; taiqu study PROJECT.gpkg --list shows what is kept."
    ),
    "outage-name-ambiguous": N_("Several outages are called “{name}”; write one of the numbers {ids}."),
    "list-alone": N_("--list shows what is kept and does nothing else; leave the other options out."),
    "no-study-kept": N_("The outage “{id}” holds no steps that could be played."),
    "study-outdated": N_(
        "The network has changed since this study was made ({id}); play it again before carrying it out."
    ),
    "upto-needs-carry-out": N_("--upto says how far to carry out the study; add --carry-out."),
    "bad-moment": N_("“{value}” is no time; write 10:00 or 2026-11-20T10:00."),
    "propose-needs-fault": N_("A proposal needs what failed: add --fault ID."),
    "steps-or-fault": N_(
        "Give one of these: a steps file (--steps), a fault to propose for (--fault), or a kept study (--outage)."
    ),
    "nothing-to-propose": N_(
        "There is nothing to propose: nothing is left to isolate, and no tie can bring anybody back."
    ),
    "outage-name-missing": N_("A kept study needs a name."),
    "outage-name-taken": N_("There is a kept study “{name}” already ({id}); choose another name."),
    "outage-has-open-fault": N_(
        "“{name}” cannot be deleted: the fault in {devices} is known by this record alone and is not repaired. Carry the repair out first."
    ),
    "outage-holds-present": N_(
        "“{name}” cannot be deleted: without this record {devices} would count as failed, or stand otherwise than now. Delete the earlier outages of the same devices first, or change their state by a study that is carried out."
    ),
    "nothing-carried-out": N_(
        "After step {n} everything stands as it did, so there is nothing to carry out."
    ),
}
