"""Write the station as one web page that any browser opens without a network.

Leaflet and everything else the page needs stands inside it; it asks nobody for anything and says so to
the browser (content security policy). Names are written as text, never as markup. The internal page shows
the network; the page for posting shows villages, grids and managers only (`DOMAIN` §10).
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gis import theme
from gis.files import written_whole
from gis.pages.furniture import INTERNAL, POSTED
from gis.pages.grid_facts import choose_scheme, grid_facts
from gis.provenance import Provenance
from gis.symbol_svg import symbol_svg
from gis.webmap_layers import Layer, Layers, WebMapOptions, as_text, box_of
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from resources.i18n import _, language

__all__ = ["WebMapOptions", "webmap", "write_webmap"]

VENDOR = Path(__file__).parents[1] / "resources" / "vendor" / "leaflet"
MOST_SYMBOLS = 1_500
"""Up to this many devices of one kind are drawn as symbols, more as dots, which browsers draw faster."""

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

BIND = """function (feature, layer) {
    var p = feature.properties;
    if (p.popup) { layer.bindPopup(p.popup, {maxWidth: 340}); }
    if (p.label) {
        var look = {permanent: true, direction: 'center', className: 'taiqu-label taiqu-' + p.kind};
        layer.bindTooltip(p.label, look);
    }
    else if (p.tip) { layer.bindTooltip(p.tip, {sticky: true}); }
}"""


def write_webmap(
    path: Path, project: Project, options: WebMapOptions, feedback: Feedback = SILENT
) -> dict[str, int]:
    """Write the page, whole or not at all.

    Returns
    -------
    features
        How many objects each layer shows, by its name in the code.

    Raises
    ------
    GridError
        ``bad-output-name``, ``nothing-to-print``, ``no-scheme``, ``no-grids``, ``unknown-scheme``,
        ``cannot-write``.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise GridError("bad-output-name", file=str(path), suffix=".html")
    text, counts = webmap(project, options, feedback)
    feedback.report(0.95, _("Writing the web map"))
    with written_whole(path) as beside:
        beside.write_text(text, "utf-8", newline="\n")
    return counts


def webmap(
    project: Project, options: WebMapOptions, feedback: Feedback = SILENT
) -> tuple[str, dict[str, int]]:
    """Make the page's text; the same project gives the same text."""
    import folium

    provenance = Provenance.of(project, options.state)
    scheme = choose_scheme(project, options.scheme)
    grids = grid_facts(project, scheme.id, options.disclosure)
    if options.public and not grids:
        raise GridError("no-grids", scheme=scheme.name) if scheme.id else GridError("no-scheme")
    layers = Layers(project, options, grids)
    made = layers.public() if options.public else layers.internal()
    shown = [layer for layer in feedback.track(made, _("Drawing the web map")) if layer.features]
    box = box_of(shown)
    if box is None:
        raise GridError("nothing-to-print")
    page = folium.Map(
        location=[(box[1] + box[3]) / 2, (box[0] + box[2]) / 2],
        tiles=None,
        crs="EPSG3857" if project.geographic else "Simple",
        min_zoom=5 if project.geographic else -12,
        max_zoom=21 if project.geographic else 6,
        zoom_snap=0.25,
        prefer_canvas=True,
        attribution_control=False,
    )
    page.default_js, page.default_css = [], []
    groups = [_add(folium, page, layer) for layer in shown]
    page.add_child(_kept_in_order(groups))
    folium.LayerControl(collapsed=False, position="topright").add_to(page)
    page.add_child(_scale_bar())
    page.fit_bounds([[box[1], box[0]], [box[3], box[2]]])
    _number(page.get_root())
    _dress(page, provenance, options, scheme.name)
    return page.get_root().render(), {layer.name: len(layer.features) for layer in shown}


# ---------------------------------------------------------------- the page


def _add(folium: Any, page: Any, layer: Layer) -> Any:
    group = folium.FeatureGroup(name=_swatch(layer) + as_text(layer.title), show=layer.shown).add_to(page)
    marker = None
    if layer.symbol and len(layer.features) <= MOST_SYMBOLS:
        half = layer.size // 2
        icon = folium.DivIcon(
            html=symbol_svg(layer.symbol, layer.size),
            icon_size=(layer.size, layer.size),
            icon_anchor=(half, half),
            class_name="taiqu-symbol",
        )
        marker = folium.Marker(icon=icon)
    elif layer.symbol:
        color = theme.SWITCH_OPEN if layer.symbol.endswith("_open") else theme.voltage_color(10)
        marker = folium.CircleMarker(
            radius=3, color=color, weight=1.5, fill=True, fill_color=theme.PAPER, fill_opacity=1
        )
    style = None if layer.symbol else _style_of(layer)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [{**one, "id": n} for n, one in enumerate(layer.features)]},
        style_function=style,
        marker=marker,
        on_each_feature=folium.JsCode(BIND),
        smooth_factor=0.5,
        control=False,
    ).add_to(group)
    return group


def _kept_in_order(groups: Sequence[Any]) -> Any:
    """Bring the layers into their order again whenever one is switched on: it would cover the others."""
    from branca.element import MacroElement
    from jinja2 import Template

    order = MacroElement()
    order.groups = groups
    order._template = Template(
        "{% macro script(this, kwargs) %}{% set page = this._parent.get_name() %}"
        "{{ page }}.on('overlayadd', function () {"
        "[{% for one in this.groups %}{{ one.get_name() }}, {% endfor %}].forEach(function (group) {"
        "if ({{ page }}.hasLayer(group)) { group.bringToFront(); } }); });"
        "{% endmacro %}"
    )
    return order


def _swatch(layer: Layer) -> str:
    """Show in the list of layers what the layer looks like: the list is the legend."""
    if layer.symbol:
        return symbol_svg(layer.symbol, 15)
    style = layer.style or {"color": theme.MUTED_INK, "weight": 2, "fillColor": theme.TINTS[0].fill}
    line = f"{max(style['weight'], 1.5)}px {'dashed' if style.get('dashArray') else 'solid'} {style['color']}"
    if style.get("fillColor"):
        return f'<i style="width:13px;height:9px;border:{line};background:{style["fillColor"]}"></i>'
    return f'<i style="width:15px;border-top:{line};vertical-align:4px"></i>'


def _style_of(layer: Layer) -> Any:
    def style(feature: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = feature["properties"].get("style") or layer.style
        return found

    return style


FONTS = '"Microsoft YaHei", "WenQuanYi Micro Hei", "Noto Sans CJK SC", sans-serif'
STYLE = f"""
.leaflet-container {{ background: #F4F4F2; font: 13px/1.5 {FONTS}; }}
.leaflet-popup-content table {{ border-collapse: collapse; margin-top: 4px; }}
.leaflet-popup-content th {{ text-align: left; font-weight: normal; color: #5B6675;
  padding: 1px 10px 1px 0; white-space: nowrap; vertical-align: top; }}
.taiqu-symbol {{ background: none; border: 0; }}
.leaflet-tooltip.taiqu-label {{ background: none; border: 0; box-shadow: none; font-weight: bold;
  font-size: 14px; color: #1F2733; text-shadow: 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff; }}
.leaflet-tooltip.taiqu-grid {{ font-size: 17px; }}
.leaflet-tooltip.taiqu-village {{ font-weight: normal; font-size: 12px; color: #6C5580; }}
.leaflet-control-layers {{ font-size: 13px; line-height: 1.6; }}
.leaflet-tooltip.taiqu-label::before {{ display: none; }}
#taiqu-facts {{ position: absolute; left: 10px; bottom: 14px; z-index: 1000; max-width: 300px;
  background: rgba(255,255,255,.94); border: 1px solid #C8CDD4; border-radius: 6px; padding: 8px 12px;
  font: 13px/1.5 {FONTS}; color: #1F2733; }}
#taiqu-facts h1 {{ font-size: 16px; margin: 0 0 2px; }}
#taiqu-facts .mark {{ display: inline-block; color: #D2232A; border: 1px solid #D2232A; padding: 0 6px;
  margin-bottom: 4px; }}
#taiqu-facts dl {{ display: grid; grid-template-columns: auto 1fr; gap: 0 10px; margin: 0; }}
#taiqu-facts dt {{ color: #5B6675; }}
#taiqu-facts dd {{ margin: 0; }}
.leaflet-control-layers-overlays label svg, .leaflet-control-layers-overlays label i {{
  display: inline-block; vertical-align: -3px; margin: 0 5px 0 1px; }}
"""


def _dress(page: Any, provenance: Provenance, options: WebMapOptions, scheme: str) -> None:
    """Put the inlined library, the styles and the box of facts into the page."""
    root = page.get_root()
    title = _("Service grids of {station}") if options.public else _("Network and grids of {station}")
    title = title.format(station=provenance.station or _("the station"))
    css = (VENDOR / "leaflet.css").read_text("utf-8")
    css = re.sub(r"url\(images/([\w.-]+)\)", lambda found: f"url({_data_url(found[1])})", css)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = css.replace("behavior: url(#default#VML);", "")
    js = (VENDOR / "leaflet.js").read_text("utf-8")
    js = re.sub(r"\n//# sourceMappingURL=.*", "", js)
    for n, text in enumerate(
        (
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{as_text(title)}</title>",
            f"<style>{css}</style>",
            f"<style>{STYLE}</style>",
            f"<script>{js}</script>",
        )
    ):
        root.header.add_child(_verbatim(text), name=f"taiqu{n}")
    root.html.add_child(_verbatim(_facts_box(title, provenance, options, scheme)), name="taiqu-facts")
    speaks = f'<script>document.documentElement.lang = "{language().replace("_", "-")}";</script>'
    root.html.add_child(_verbatim(speaks), name="taiqu-lang")


def _facts_box(title: str, provenance: Provenance, options: WebMapOptions, scheme: str) -> str:
    facts = [
        (_("Data as of"), provenance.data_date_label),
        (_("Map date"), provenance.planning_date),
        (_("Scheme"), scheme),
        (_("Switch state"), provenance.state_label),
        (_("Unlinked customers"), provenance.unlinked),
        (_("Personal data"), _(options.disclosure.label)),
        (_("Purpose"), options.disclosure.purpose),
        (_("Remark"), _("Invented sample data") if provenance.sample else ""),
    ]
    rows = "".join(
        f"<dt>{as_text(label)}</dt><dd>{as_text(value)}</dd>" for label, value in facts if value != ""
    )
    mark = _(POSTED if options.public else INTERNAL)
    head = f'<h1>{as_text(title)}</h1><span class="mark">{as_text(mark)}</span>'
    return f'<div id="taiqu-facts">{head}<dl>{rows}</dl></div>'


def _data_url(name: str) -> str:
    return "data:image/png;base64," + base64.b64encode((VENDOR / "images" / name).read_bytes()).decode(
        "ascii"
    )


def _scale_bar() -> Any:
    from branca.element import MacroElement
    from jinja2 import Template

    bar = MacroElement()
    bar._template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.scale({imperial: false, position: 'bottomright'}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )
    return bar


def _verbatim(text: str) -> Any:
    """Wrap a text so that it comes out as it is: folium would read braces in it as a template."""
    from branca.element import Element
    from jinja2 import Template

    element = Element()
    element._template = Template("{{ this.text }}")
    element.text = text
    return element


def _number(root: Any) -> None:
    """Number the elements one by one in the place of folium's random names, so that pages can be compared."""
    count = itertools.count(1)

    def visit(element: Any) -> None:
        element._id = f"{next(count):04d}"
        for child in element._children.values():
            visit(child)

    visit(root)
