"""The sentence for every code: what is wrong, where, and what to do. One table for window, terminal and page."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping

from grid_model import schema
from grid_model.errors import GridError
from grid_model.issue import Issue
from grid_model.settings import SETTINGS
from resources.i18n import N_, _
from ui.messages_checks import CHECK_ERRORS
from ui.messages_editing import EDITING_ERRORS
from ui.messages_grids import GRID_ERRORS, GRID_ISSUES, GRID_REASONS
from ui.messages_map import MAP_ERRORS
from ui.messages_study import STUDY_ERRORS
from ui.messages_traces import EXPRESSIONS, TRACES, TRACES_IN_WINDOW
from ui.messages_travel import TRAVEL_ERRORS, TRAVEL_ISSUES, TRAVEL_REASONS

ERRORS: Mapping[str, str] = {
    **CHECK_ERRORS,
    **EDITING_ERRORS,
    **MAP_ERRORS,
    **GRID_ERRORS,
    **TRAVEL_ERRORS,
    # the command line
    "unknown-command": N_("There is no command “{command}”. Commands: {commands}."),
    "bad-date": N_("“{value}” is no date; write it as 2026-11-20."),
    # the sample
    "sample-file-exists": N_("{file} is there already; name another file, or add --force to replace it."),
    "unknown-sample-size": N_("There is no sample of size “{size}”. Sizes: {sizes}."),
    "bad-seed": N_("The seed {seed} is negative; give 0 or a positive whole number."),
    # tables and edits
    "area-locked": N_(
        "Locked to their manager, so they cannot be given to another: {areas}. Unlock them first."
    ),
    "group-locked": N_("The group “{group}” is locked; unlock it before its members change."),
    "group-of-another-scheme": N_("The group {group} belongs to another scheme."),
    "areas-not-in-grid": N_("These areas are not in the grid {grid}: {areas}."),
    "grid-would-be-empty": N_("Choose some of the areas of the grid {grid}, not none and not all."),
    "merge-needs-two": N_("Choose at least two grids to merge."),
    "grids-of-different-groups": N_(
        "Only grids of one group can be merged: {grids}. Move the managers first."
    ),
    "scheme-name-taken": N_("There is a scheme “{scheme}” already; choose another name."),
    "scheme-in-force-stays": N_(
        "The scheme “{scheme}” is in force and cannot be deleted; put another in force first."
    ),
    "bad-weight": N_("“{weight}” is no weight; write NAME=VALUE with a value of 0 or more. Names: {names}."),
    "temporary-without-whom": N_("--temporary needs --without: say who is away for a while."),
    "one-at-a-time": N_("Give one of these at a time: {flags}."),
    "changes-of-what": N_("--changes needs --compare: say which scheme's changes are to be written."),
    "no-scheme-in-force": N_("No scheme is in force; name one."),
    "no-scheme-to-copy": N_(
        "There is no scheme “{scheme}” and none in force to begin from; form groups first (taiqu group --scheme)."
    ),
    "no-groups": N_("The scheme “{scheme}” has no mutual-aid groups."),
    "manager-on-duty": N_("Manager {manager} is on duty already."),
    "nobody-takes-over": N_(
        "Nobody can take over the areas of those who leave; managers who are there: {managers}."
    ),
    "unknown-town": N_("No manager works mainly in a town called “{town}”. Towns: {towns}."),
    "unknown-group-number": N_("The plan has no group number {number}."),
    "unknown-object": N_("There is no “{id}” among the {table}."),
    "duplicate-id": N_("“{id}” stands twice among the {table}; every row needs an identifier of its own."),
    "missing-id": N_("A row of the {table} has no identifier; give it one."),
    "unknown-column": N_("The {table} have no column “{column}”."),
    "id-fixed": N_(
        "The identifier of a row of the {table} cannot be changed; delete the row and make a new one."
    ),
    "bad-value": N_("“{value}” does not fit the column “{column}” of the {table}."),
    "bad-choice": N_("“{value}” is not among the values of the column “{column}” of the {table}."),
    "number-out-of-range": N_(
        "{value} in the column “{column}” of the {table} is out of range; it must lie within {range}."
    ),
    "value-needed": N_("The column “{column}” of the {table} must not be empty."),
    "no-such-target": N_("The column “{column}” of the {table} names “{value}”, which is not there."),
    "paste-refused": N_(
        "Nothing was pasted: in line {row} (“{id}”) the value “{value}” does not fit the column “{column}”; correct it and copy again."
    ),
    "paste-refused-several": N_(
        "Nothing was pasted: {count} values do not fit: {places}. Correct them and copy again."
    ),
    "paste-not-here": N_(
        "Nothing was pasted: the column “{column}” of “{id}” (line {row}) cannot be changed in the table; paste without it."
    ),
    "paste-too-large": N_(
        "Nothing was pasted: the block of {rows} rows and {columns} columns reaches beyond the table; from here there is room for {free_rows} and {free_columns}."
    ),
    "row-gone": N_("A row of the {table} is no longer there; refresh and try again."),
    "nothing-to-undo": N_("There is nothing to undo."),
    "nothing-to-restore": N_("Nothing was changed since entry {number}; the project is in that state."),
    "restore-beyond-migration": N_(
        "The file was brought to a newer format after entry {number}; go back with a copy from before."
    ),
    "nothing-to-redo": N_("There is nothing to redo."),
    "undo-row-gone": N_("This cannot be undone: a row of the {table} it concerns is no longer there."),
    # reading files and importing
    "no-source": N_("Nothing to import was named; give one or more files, or a folder with a network."),
    "unknown-import-kind": N_("There is no import kind “{kind}”. Kinds: {kinds}."),
    "missing-file": N_("There is no file “{file}”; check the name and the folder."),
    "is-a-folder": N_("“{file}” is a folder; give the file itself."),
    "no-permission": N_(
        "“{file}” may not be read; ask for the right to read it, or copy it to your own folder."
    ),
    "unreadable-file": N_("“{file}” cannot be read ({reason}); close it where it is open, or copy it again."),
    "unknown-file-kind": N_("“{file}” is no file Taiqu can read. It reads {kinds}."),
    "empty-file": N_("“{file}” is empty; export it again."),
    "wrong-encoding": N_(
        "The text of “{file}” is neither UTF-8 nor GB18030; save it again as UTF-8 or xlsx."
    ),
    "password-protected": N_(
        "“{file}” is protected by a password; open it in Excel or WPS, take the password off and save it."
    ),
    "damaged-file": N_(
        "“{file}” is damaged or no real {kind} file; open it in Excel or WPS and save it again."
    ),
    "damaged-shapes": N_("“{file}” is damaged or holds no shapes that can be read; export it again."),
    "bad-field-names": N_(
        "“{file}” beside the Shapefile should list its fields in two columns, field and heading; mend it, or "
        "take it away to read the short names."
    ),
    "shapefile-text-too-long": N_(
        "Row {row}, “{column}”: “{text}…” is longer than the {most} bytes a Shapefile holds; {file} was not "
        "written. A GeoPackage keeps it whole."
    ),
    "geojson-needs-degrees": N_(
        "GeoJSON knows only longitude and latitude, and this project lies on a plane of its own; take a "
        "GeoPackage."
    ),
    "shapefile-part-missing": N_(
        "“{file}” lies without its {part} file; copy all parts of the shapefile together."
    ),
    "no-nodes-file": N_(
        "The folder “{folder}” has no nodes.csv; a network folder holds nodes.csv, lines.csv, switches.csv, "
        "transformers.csv, loads.csv and sources.csv. For tables give the files themselves."
    ),
    "missing-column": N_("“{file}” has no column “{column}”; add it or correct its heading. Found: {found}."),
    "empty-table": N_("“{file}” has a header but no rows; export it again."),
    "unrecognised-file": N_(
        "It cannot be told what “{file}” holds; name it with --kind. Headings found: {found}."
    ),
    "unknown-crs": N_(
        "“{crs}” is no coordinate system Taiqu knows; write EPSG: and a number, GCJ-02 or BD-09."
    ),
    "datum-needs-parameters": N_(
        "{crs} belongs to Xian 1980 or Beijing 1954, which needs local parameters to become CGCS2000; "
        "have the file converted first."
    ),
    "coordinates-outside": N_(
        "The point {x}, {y} has no place in {crs}; check the coordinate system and the order of the columns."
    ),
    "not-degrees": N_(
        "“{file}” holds coordinates that are no degrees, as {crs} needs; name the right system with --crs."
    ),
    "mixed-coordinates": N_(
        "“{file}” does not fit the coordinates of the project ({crs}): longitude and latitude and a local plane "
        "cannot meet in one project; name the file's system with --crs, or import into a new project."
    ),
    "unknown-outline-table": N_("Outlines cannot go into “{table}”; choose one of {tables}."),
    "bad-data-date": N_("“{value}” is no date of the data; write it as 2026-11-20."),
    # the project file
    "folder-missing": N_("There is no folder “{folder}” to save “{file}” in; make it or choose another."),
    "folder-read-only": N_(
        "Nothing may be written in the folder “{folder}”; copy the project to a folder of your own, or ask for the right to write there."
    ),
    "file-read-only": N_(
        "“{file}” is read-only; take off its write protection, or copy it to a place where you may write."
    ),
    "disk-full": N_(
        "The disk with “{file}” is full; nothing was saved this time and everything before is safe. Make room and try again."
    ),
    "file-gone": N_(
        "“{file}” was moved, renamed or deleted while it was open; the last edit is not in it. Put it back, or save the project under another name."
    ),
    "file-busy": N_(
        "Another program is writing “{file}”; end its editing (in QGIS: save the layer) and try again."
    ),
    "file-unreachable": N_(
        "“{file}” cannot be reached ({reason}); check the drive or the network and try again. Everything saved before is safe."
    ),
    "file-damaged": N_("“{file}” is damaged ({reason}); go on with a copy of it."),
    "bad-file-name": N_(
        "“{file}” cannot be the name of a file here; choose a shorter one without special signs."
    ),
    "memory-full": N_("There is not enough memory for “{file}”; close other programs and try again."),
    "value-too-large": N_("A value is too large for the project file “{file}”; shorten it."),
    "not-a-geopackage": N_(
        "“{file}” is no project file: a project of Taiqu is a GeoPackage (.gpkg). Other data is brought in with import."
    ),
    "not-a-project": N_(
        "“{file}” is a GeoPackage but no project of Taiqu; import its layers into a project."
    ),
    "project-newer": N_(
        "“{file}” was written by a newer Taiqu (format {found}, this program knows {known}); install the newer Taiqu."
    ),
    "project-too-old": N_(
        "“{file}” has the old format {found}, which this program can no longer bring to {known}; open it with an earlier Taiqu first."
    ),
    "layout-changed": N_(
        "In “{file}” the table “{table}” has lost its column “{column}”; another program took it away. Go on with a copy from before."
    ),
    "table-gone": N_(
        "In “{file}” the table “{table}” is missing; another program took it away. Go on with a copy from before."
    ),
    "project-in-use": N_(
        "“{file}” is being edited by {who} on {host} since {since}; close it there first, or open it for reading only."
    ),
    "opened-for-reading": N_(
        "“{file}” is open for reading only; nothing was changed. Save it under another name to edit the copy."
    ),
    "project-in-use-elsewhere": N_(
        "“{file}” is being edited by {who} on the computer {host} since {since}; close it there first. If that computer no longer has it open, delete the file “{lock}”."
    ),
    "same-file": N_(
        "“{file}” is the project itself; every edit is saved in it already. Choose another name for the copy."
    ),
    "file-changed": N_(
        "“{file}” was changed by another program while it was open; close the project and open it again, then repeat the edit."
    ),
    "changed-outside": N_(
        "A row of the {table} was changed by another program while the project was open; close the project and open it again to see it, then repeat the edit."
    ),
    "changed-since": N_(
        "“{title}” cannot be undone: another program has changed a row of the {table} it concerns since."
    ),
    "bad-geometry": N_("The shape of “{id}” among the {table} cannot be stored; draw or import it again."),
    # settings
    "bad-setting": N_("The setting “{name}” cannot be “{value}”; correct it in the table of settings."),
    # lists, pages and the web map
    "purpose-missing": N_(
        "Names and phones in full need a reason: add --purpose “what they are needed for”."
    ),
    "purpose-without-unmasked": N_(
        "A purpose was given but the output stays masked; add --unmasked, or leave the purpose out."
    ),
    "cannot-write": N_(
        "“{file}” cannot be written: {reason}. Close it where it is open, or choose another place."
    ),
    "output-folder-missing": N_("There is no folder “{folder}” for “{file}”; make it or choose another."),
    "output-is-a-folder": N_("“{file}” is a folder; give the name of a file to write."),
    "output-forbidden": N_(
        "“{file}” may not be written; choose a folder of your own, or close it where it is open."
    ),
    "output-disk-full": N_("The disk is full: “{file}” was not written. Make room and try again."),
    "bad-output-name": N_("“{file}” has to end in {suffix}."),
    "unknown-template": N_("There is no page template “{template}”. Templates: {templates}."),
    "unknown-paper": N_("“{paper}” is no paper size; choose one of {papers}."),
    "nothing-to-print": N_(
        "The project has nothing with a place on the map; import outlines or coordinates first."
    ),
    "no-scheme": N_("The project has no grouping scheme yet; form the groups first (taiqu group)."),
    "unknown-scheme": N_("There is no scheme “{scheme}”. Schemes: {schemes}."),
    "no-grids": N_("The scheme “{scheme}” has no service grids; form the groups first (taiqu group)."),
    "trace-missing": N_("An outage sheet needs what opens or fails: add --open ID or --fault ID."),
    "too-many-rows": N_(
        "The sheet “{sheet}” would have more than {most} rows, more than Excel can open; trace a smaller part."
    ),
    "nothing-to-open": N_(
        "No switch of this network carries anyone's supply, so there is no outage to show."
    ),
    "font-missing": N_("The program's own font is missing from {folder}; install Taiqu again."),
    **EXPRESSIONS,
    **TRACES,
    **STUDY_ERRORS,
    # topology, traces, studies
    "unknown-device": N_("There is no switch, line or transformer “{id}”; check the identifier."),
    "ambiguous-device": N_("“{id}” names several devices; write one of {devices}."),
    "pair-of-one": N_("A pair is two different devices; “{id}” is named twice."),
    "bad-pair": N_(
        "“{text}” is no pair of devices; write two identifiers with a comma between, as in K1,K2."
    ),
    "already-open": N_("“{id}” is open already; leave the step out or close it first."),
    "already-closed": N_("“{id}” is closed already; leave the step out or open it first."),
    "out-of-service": N_(
        "“{id}” is out of service and does not conduct; it can be neither opened nor closed."
    ),
    "network-without-source": N_(
        "The network has no source in service, so nothing has supply; add a source or put one in service."
    ),
    "no-steps": N_("Nothing is done; name at least one device to open, to close or to fail."),
    "unknown-step": N_("There is no step “{action}”; a step is one of {actions}."),
    "times-out-of-order": N_(
        "The step at {time} comes after the one at {before}; put the steps in the order of their times, and write the date where a step is on another day, as 2026-11-21T02:00."
    ),
    "energises-fault": N_(
        "This step would put the faulted “{id}” under voltage; isolate it or report it repaired first."
    ),
    "energises-open-fault": N_(
        "“{id}” has failed (outage {outage}) and is not repaired; this would put it under voltage. Keep it isolated, or carry out a study with the step “repair” first: “taiqu abnormal --repaired --out FILE.json” proposes one."
    ),
    "energises-earth": N_("This would put the earthed “{node}” under voltage; take the earth off first."),
    "inoperable": N_("“{id}” is marked as inoperable; choose another switch or take the mark off."),
    "no-fault": N_("There is no fault yet; begin with a step “fault”."),
    "step-without-device": N_("The step “{action}” names no device; add one."),
    "bad-json": N_("“{file}” is no JSON file: line {line}, {reason}."),
}
"""Sentences for `GridError` codes; parts of the program add theirs in their section."""

IN_WINDOW: Mapping[str, str] = {
    "energises-open-fault": N_(
        "“{id}” has failed (outage {outage}) and is not repaired; this would put it under voltage. Keep it isolated, or report the repair first: task Outage, page “Not normal”, “Repaired: return to normal”, then carry that out."
    ),
    "outage-carried-out": N_(
        "Steps of the outage “{id}” were carried out, so it cannot be withdrawn; return to normal instead."
    ),
    **TRACES_IN_WINDOW,
    "sample-file-exists": N_("{file} is there already; name another file, or tick that it may be replaced."),
    "unrecognised-file": N_(
        "It cannot be told what “{file}” holds; import it again and choose what the sources are. Headings found: {found}."
    ),
    "not-degrees": N_(
        "“{file}” holds coordinates that are no degrees, as {crs} needs; import it again and give its coordinate system."
    ),
    "mixed-coordinates": N_(
        "“{file}” does not fit the coordinates of the project ({crs}): longitude and latitude and a local plane "
        "cannot meet in one project; import it again and give its coordinate system, or import into a new project."
    ),
    "project-in-use": N_(
        "“{file}” is being edited by {who} on {host} since {since}; close it there, then open it here."
    ),
    "bad-group-sizes": N_(
        "Groups of at least {minimum} and at most {maximum} managers cannot be; choose sizes that fit."
    ),
    "purpose-missing": N_("Names and phones in full need a reason: write what they are needed for."),
    "purpose-without-unmasked": N_(
        "A purpose was given but the output stays masked; choose names in full, or leave the purpose out."
    ),
    "no-scheme": N_("The project has no grouping scheme yet; turn to Grids and propose groups first."),
    "no-grids": N_(
        "The scheme “{scheme}” has no service grids; turn to Grids, propose groups and put them in force."
    ),
    "no-roads": N_(
        "The project has no roads to travel on, or its setting “travel.use_roads” is 0; import roads first."
    ),
    "trace-missing": N_(
        "An outage sheet needs what opens or fails: choose a device on the map and ask what if it opens."
    ),
}
"""Sentences that stand in the window in the place of those that name what is typed in a terminal."""

ISSUES: Mapping[str, str] = {
    **TRAVEL_ISSUES,
    # rows that another program changed in the project file
    "outside-no-id": N_("A row of the {table} made by another program had no identifier; it got “{id}”"),
    "outside-duplicate-id": N_(
        "A row of the {table} made by another program had the identifier “{was}” of another row; it got “{id}”"
    ),
    "outside-bad-value": N_(
        "“{id}” of the {table}: another program put “{value}” in the column “{column}”, which it cannot be"
    ),
    "outside-bad-shape": N_(
        "“{id}” of the {table}: another program left a shape that cannot be read; it is not drawn"
    ),
    # reading files and importing
    "stray-quote": N_("{file}: a quotation mark does not pair; it was read as a letter"),
    "row-too-long": N_(
        "{file}, row {row}: {cells} cells where the header has {columns}; quote the cell that holds the separator"
    ),
    "formula-without-value": N_(
        "{file}: in the column “{heading}” the results of {count} formulas were not saved (first in {cell}); the "
        "cells were read as empty. Open the file in a spreadsheet, save it and import again"
    ),
    "total-row": N_("{file}, row {row}: a total, no data"),
    "unrecognised-table": N_(
        "{file}: it cannot be told what this sheet holds; its {count} rows were not taken. Headings: {found}"
    ),
    "file-not-read": N_("{file}: no part of the network form, not read"),
    "missing-network-file": N_("{file} is missing; the network has none of the {table}"),
    "empty-table": N_("{file} has a header but no rows"),
    "missing-id-row": N_("{file}, row {row}: no identifier"),
    "duplicate-row": N_("{file}, row {row}: “{id}” stands already in row {first}; the first is kept"),
    "duplicate-of-file": N_("{file}, row {row}: “{id}” stands already in {other}; the first is kept"),
    "damaged-identifier": N_(
        "{file}, row {row}: “{value}” in the column “{column}” was damaged by a spreadsheet; export it as text"
    ),
    "identifier-narrowed": N_(
        "{file}, row {row}: “{value}” was written with full-width signs; it is kept as “{id}”"
    ),
    "not-a-number": N_("{file}, row {row}: “{value}” in the column “{column}” is no number; left empty"),
    "number-outside": N_("{file}, row {row}: {value} in the column “{column}” is out of range; left empty"),
    "not-yes-or-no": N_(
        "{file}, row {row}: “{value}” in the column “{column}” is neither yes nor no; the usual value was taken"
    ),
    "not-a-date": N_("{file}, row {row}: “{value}” in the column “{column}” is no date; left empty"),
    "unknown-choice": N_(
        "{file}, row {row}: “{value}” in the column “{column}” is none of its values; the usual one was taken"
    ),
    "identity-card-dropped": N_("{file}: the column “{heading}” holds identity cards and was not taken"),
    "no-position": N_("{file}, row {row}: “{id}” has no position"),
    "no-position-columns": N_("{file} has no columns with coordinates; its rows have no position"),
    "coordinates-of-areas": N_(
        "{file}: a transformer area has no point of its own; the coordinates ({headings}) stay among its other "
        "attributes. Import its transformers, the places of its customers or its outline to place it"
    ),
    "coordinates-not-placed": N_(
        "{file}: the {table} have no point of their own; the coordinates ({headings}) stay among the other attributes"
    ),
    "no-voltage": N_("{file}, row {row}: “{id}” has no voltage; it counts as low voltage"),
    "missing-node": N_("{file}, row {row}: “{id}” has no node in the column “{end}”"),
    "unknown-node": N_("{file}, row {row}: “{id}” leads to the node “{node}”, which is not there"),
    "load-without-node": N_(
        "{file}, row {row}: the node “{node}” of “{id}” is not there; its supply stays unknown"
    ),
    "unknown-line": N_("{file}, row {row}: the switch “{id}” sits on the line “{line}”, which is not there"),
    "switch-without-end": N_("{file}, row {row}: the switch “{id}” has neither a second node nor a line"),
    "switch-not-at-line": N_(
        "{file}, row {row}: the node “{node}” of the switch “{id}” is no end of the line “{line}”"
    ),
    "unknown-switch-kinds": N_(
        "{file}: the kind of switches is missing or not understood: {count} (column “{heading}”: {found}). They count "
        "as switches that do not protect, so that a fault trips the next device above; correct the column and import again"
    ),
    "unknown-switch-state": N_(
        "{file}, row {row}: whether “{id}” is closed is not said (“{value}”); taken as closed"
    ),
    "no-feeding-transformer": N_(
        "{file}, row {row}: no transformer feeds “{id}” in the normal state; it belongs to no area"
    ),
    "unreadable-route": N_("{file}, row {row}: the route of “{id}” cannot be read"),
    "drawn-straight": N_("Lines without a route were drawn straight between their nodes: {count}"),
    "crs-assumed": N_("{file}: no coordinate system was named; taken as longitude and latitude ({crs})"),
    "shifted-like-phone-map": N_(
        "{table}: {count} known objects stand {distance_m} m from where they were, all in one direction; "
        "the file may hold phone-map coordinates: undo and import again with the coordinate system GCJ-02"
    ),
    "local-plane": N_(
        "{file}: no coordinate system was named and the numbers are no degrees; kept as a local plane without a base map"
    ),
    "unknown-area-of-customer": N_(
        "{file}, row {row}: the transformer area “{value}” of customer “{id}” is not there"
    ),
    "ambiguous-name": N_(
        "{file}, row {row}: “{value}” in the column “{column}” is the name of several; none was taken"
    ),
    "unknown-reference": N_(
        "{file}, row {row}: “{value}” in the column “{column}” is not there; kept as text among the other attributes"
    ),
    "split-code": N_("{file}: number and name stood in one cell and were parted, rows: {count}"),
    "known-by-older-number": N_(
        "{file}, row {row}: customer “{value}” stands in the project as “{known}”; that row was brought up to date"
    ),
    "short-identifier": N_(
        "{file}, row {row}: “{value}” has fewer digits than the usual {usual}; leading zeros may have been lost"
    ),
    "linked-by-name": N_("{file}: customers linked to their area by its name alone: {count}; check them"),
    "position-exchanged": N_(
        "{file}, row {row}: longitude and latitude of “{id}” are exchanged ({x}, {y}); kept as they stand"
    ),
    "position-outside": N_(
        "{file}, row {row}: {x}, {y} of “{id}” is no place in these coordinates; the place is left empty"
    ),
    "shape-outside": N_(
        "{file}, row {row}: the shape of “{id}” has corners that are no degrees ({x}, {y}); left out"
    ),
    "not-a-position": N_("{file}, row {row}: “{value}” is no position; write longitude,latitude"),
    "shape-without-match": N_("{file}, row {row}: no row of the {table} has the number or name “{value}”"),
    "shape-missing": N_("{file}, row {row}: “{value}” has no shape"),
    "shape-repaired": N_("{file}, row {row}: the outline of “{id}” crossed itself and was repaired"),
    "not-an-area": N_("{file}, row {row}: the shape of “{value}” is no area"),
    # checking
    "duplicate-number": N_("{table}: “{id}” and “{other}” differ only in leading zeros, blanks or width"),
    "duplicate-old-number": N_("Customers “{id}” and “{other}” have the same old number “{value}”"),
    "same-area-name": N_("The transformer areas “{id}” and “{other}” have the same name “{name}”"),
    "dangling-reference": N_("{table}: “{id}” names “{value}” in the column “{column}”, which is not there"),
    "customer-without-area": N_("Customer “{id}” belongs to no transformer area"),
    "area-without-customers": N_("The transformer area “{id}” has no customers"),
    "area-without-manager": N_(
        "The transformer area “{id}” has no manager; customers nobody answers for: {customers}"
    ),
    "area-without-feeder": N_("The transformer area “{id}” has no feeder"),
    "area-with-two-feeders": N_("The transformer area “{id}” hangs on several feeders: {feeders}"),
    "feeder-differs": N_(
        "The transformer area “{id}” is listed under the feeder “{stated}”, but the network feeds it from “{network}”"
    ),
    "dedicated-customer-on-public-area": N_(
        "Customer “{id}” has a transformer of its own but is listed in the public area “{area}”"
    ),
    "closed-customer": N_("Customer “{id}” is closed but still listed"),
    "area-differs": N_(
        "Customer “{id}” is listed in the area “{stated}”, but the network feeds it from “{network}”"
    ),
    "marketing-manager-differs": N_(
        "The transformer area “{id}”: the marketing system names “{stated}”, here “{manager}” is responsible"
    ),
    "no-coordinates": N_("{table}: “{id}” has no coordinates"),
    "zero-coordinates": N_("{table}: “{id}” stands at 0, 0"),
    "swapped-coordinates": N_("{table}: longitude and latitude of “{id}” are exchanged ({x}, {y})"),
    "isolated-island": N_(
        "No source can reach the part of the network around the node “{id}” (nodes: {nodes})"
    ),
    "dead-island": N_(
        "In the normal state the part of the network around the node “{id}” has no supply (nodes: {nodes})"
    ),
    "loop-in-normal-state": N_(
        "{table}: “{id}” lies in a loop that is closed in the normal state (devices: {devices}; switches: {switches})"
    ),
    "tie-without-normal-state": N_(
        "The tie switch “{id}” is not open in the normal state; set its normal state"
    ),
    "earth-off-its-line": N_(
        "The earth “{id}” names the line “{line}”, which does not end at its node “{node}”: the node alone is guarded; name the right line, or none"
    ),
    "switch-off-its-line": N_(
        "The switch “{id}” names the line “{line}”, which does not end at its node “{node}”; it counts as standing at the line's end A: name the right node or line"
    ),
    "non-standard-kva": N_("The transformer “{id}” is rated {kva} kVA, which is no usual size"),
    "invalid-phone": N_("{table}: “{id}” has a phone that cannot be dialled"),
    "shared-phone": N_("The phone {phone} stands at {count} customers, “{id}” among them (limit {limit})"),
    "expired-qualification": N_(
        "A certificate ({value}) of the manager “{manager}” was valid until {date} only"
    ),
    "data-date-unknown": N_("The date of the data is not known; give it when importing"),
    "old-data": N_("The data of {date} is {age} days old (limit {limit})"),
    "outside-station": N_("{table}: “{id}” lies outside the station's boundary"),
    "box-far-from-transformer": N_(
        "{table}: “{id}” is {distance_m} m from the transformer of its area (limit {limit_m} m)"
    ),
    "box-in-other-area": N_("{table}: “{id}” belongs to the area “{own}” but lies in the area “{other}”"),
    "long-span": N_("The line “{id}” has a span of {span_m} m (limit {limit_m} m)"),
    "line-ends-not-joined": N_("The line end “{id}” is {distance_m} m from “{other}” and not joined to it"),
    **GRID_ISSUES,
}
"""Sentences for `Issue` codes."""


REASONS: Mapping[str, str] = {**TRAVEL_REASONS, **GRID_REASONS}
"""Sentences for `grid_model.grouping.Reason` codes."""


def sentence(error: GridError) -> str:
    """Say what went wrong in the language in use; of a step of a study, in which and at what time."""
    if "step_n" not in error.values:
        return _plain_sentence(error)
    return _("Step {n} ({time}): {sentence}").format(
        n=error.values["step_n"], time=error.values["step_time"], sentence=_plain_sentence(error)
    )


def _plain_sentence(error: GridError) -> str:
    pattern = ERRORS.get(error.code)
    return str(error) if pattern is None else _(pattern).format(**_shown(error.values))


def window_sentence(error: GridError) -> str:
    """Say what went wrong and what to do about it in the window, in the language in use."""
    pattern = IN_WINDOW.get(error.code)
    return _plain_sentence(error) if pattern is None else _(pattern).format(**_shown(error.values))


def issue_sentence(issue: Issue) -> str:
    """Say what was found in the language in use."""
    pattern = ISSUES.get(issue.code)
    values = {
        "table": issue.table,
        "id": issue.object_id,
        "file": f"{issue.file} [{issue.details['sheet']}]" if issue.details.get("sheet") else issue.file,
        "row": issue.row,
        **issue.details,
    }
    return issue.code if pattern is None else _(pattern).format(**_shown(values))


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    """Put labels in the place of table and column names; translate the title of an edit."""
    shown = dict(values)
    if "minimum" in values and "maximum" in values:
        shown["range"] = _range(values["minimum"], values["maximum"])
    if isinstance(values.get("title"), str) and isinstance(values.get("values"), Mapping):
        shown["title"] = _(str(values["title"])).format(**values["values"])  # type: ignore[arg-type]
    if isinstance(values.get("layer"), str):
        shown["layer"] = _(str(values["layer"]))
    setting = values.get("setting")
    if isinstance(setting, str) and setting in SETTINGS:
        shown["setting"] = _(SETTINGS[setting].meaning)
    table = values.get("table")
    if isinstance(table, str) and table in schema.tables():
        shown["table"] = _(schema.table(table).label)
        column = values.get("column")
        if isinstance(column, str) and column in schema.table(table).by_name:
            about = schema.table(table).column(column)
            shown["column"] = _(about.label)
            labels = {choice.code: choice.label for choice in about.choices}
            if values.get("value") in labels:
                shown["value"] = _(labels[str(values["value"])])
    return shown


def _range(least: object, most: object) -> str:
    """Write a range of numbers; None is an open end."""
    low, high = (
        f"{one:,.10g}".replace(",", " ") if isinstance(one, (int, float)) else "…" for one in (least, most)
    )
    return f"{low} – {high}"


def title_of(title: str, values: Mapping[str, str]) -> str:
    """Say what an edit or a journal entry did, in the language in use."""
    return _(title).format(**_shown(values))
