"""What cannot be done when the network or an outline is edited by hand."""

from __future__ import annotations

from resources.i18n import N_

EDITING_ERRORS = {
    "no-place": N_("{id} has no place on the map yet; give it one first."),
    "bad-place": N_("{x}, {y} is no place on the map."),
    "nowhere-to-draw": N_(
        "Nothing in this project has a place yet, so the map does not know where it is; "
        "import coordinates or outlines first."
    ),
    "line-without-length": N_("The line would end where it begins; choose another end."),
    "split-at-end": N_("{id} ends here; choose a point between its ends."),
    "not-two-lines": N_("{count} lines meet at {id}; two can be joined where nothing else is connected."),
    "node-in-use": N_("The lines at {id} cannot be joined: something else is connected there ({by})."),
    "lines-differ": N_("{a} and {b} differ in “{column}”, so they stay two lines; make it equal first."),
    "line-on-itself": N_("{id} cannot end on itself; choose another place."),
    "line-end-has-switch": N_(
        "The switch {switch} sits on this end of {id}; move or delete the switch first."
    ),
    "has-dependents": N_(
        "{count} other rows depend on {id}, {first} among them; delete it together with what depends on it."
    ),
    "no-outline": N_("{id} has no outline yet; draw or generate it first."),
    "bad-outline": N_("This is no outline: it needs three corners or more and may not cross itself."),
    "area-would-vanish": N_("Nothing would be left of {id}; its neighbours hold this land already."),
    "path-does-not-cross": N_("The path must cross the border of {id} and part it in two; draw it across."),
    "edit-breaks-outline": N_("The outline of {id} would cross itself; choose another place."),
    "edit-breaks-coverage": N_(
        "{id} would overlap a neighbour or leave a gap beside it; nothing was changed."
    ),
    "merge-areas-needs-two": N_("Choose two or more areas that touch."),
    "areas-do-not-touch": N_("These areas do not all touch, so they cannot become one: {areas}."),
    "no-corner": N_("No outline has a corner here; begin at a corner."),
}
