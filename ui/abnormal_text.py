"""What an abnormal device looks like in a line: what, since when, by whom, of which outage."""

from __future__ import annotations

from grid_model.abnormal import AbnormalDevice
from resources.i18n import N_, _

POSITIONS = {
    "open": N_("{id} stands open, normally closed"),
    "closed": N_("{id} stands closed, normally open"),
    "off": N_("Source {id} is off, normally on"),
    "jumper": N_("Temporary jumper {id} is in place"),
    "cut": N_("Temporary cut {id} is in place"),
    "earth": N_("Node {node} is earthed ({id})"),
    "line-earth": N_("Line {line} is earthed at its end at {node}, beyond the switch there ({id})"),
}


def abnormal_line(one: AbnormalDevice) -> str:
    """Say it in one line."""
    from ui.messages import title_of

    named = f"{one.name} ({one.id})" if one.name and one.name != one.id else one.id
    sentence = POSITIONS["line-earth" if one.line else one.position]
    parts = [_(sentence).format(id=named, node=one.node, line=one.line)]
    if one.outage:
        step = _("outage {id}, step {n}") if one.step else _("outage {id}")
        parts.append(step.format(id=one.outage, n=one.step))
    since = one.step_time or one.since
    if since:
        parts.append(_("since {time}").format(time=since.replace("T", " ")[:16]))
    if one.who:
        parts.append(_("by {who}").format(who=one.who))
    if one.title and not one.outage:
        parts.append(title_of(one.title, one.values))
    if one.live:
        parts.append(_("and has supply all the same: check at once"))
    return " · ".join(parts)
