"""What cannot be done with layers, views and base maps."""

from __future__ import annotations

from resources.i18n import N_

MAP_ERRORS = {
    "view-name-taken": N_("There is a view called {name} already; choose another name."),
}
