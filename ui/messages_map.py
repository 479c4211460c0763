"""What cannot be done with layers, views and base maps."""

from __future__ import annotations

from resources.i18n import N_

MAP_ERRORS = {
    "base-map-kind": N_(
        "{file} is no kind of file that can be a base map; take a picture with a world file, a GeoTIFF, "
        "MBTiles, Shapefile, GeoJSON, GeoPackage, KML or DXF."
    ),
    "base-map-gone": N_(
        "The base map {file} is not in {folder} any more; put it back there, or remove it from the layers."
    ),
    "base-map-unreadable": N_("{file} cannot be read as a map; it is damaged or of another kind."),
    "base-map-packed": N_(
        "The pixels of {file} are packed as {compression}, which cannot be read here; save it anew with LZW "
        "or DEFLATE, or make MBTiles of it."
    ),
    "base-map-deep": N_(
        "{file} has {bits} bits a channel: heights or measurements, not colours. Save it anew with 8 bits a "
        "channel."
    ),
    "base-map-lacks-part": N_("{file} cannot be read without {part}; put that file beside it."),
    "base-map-pictures": N_("{file} holds pictures instead of shapes; make MBTiles or a GeoTIFF of it."),
    "base-map-needs-crs": N_(
        "{file} does not say which coordinate system it is in; write it behind the name, as in {example}."
    ),
    "base-map-not-here": N_("The page {template} is printed without base maps; they go with {templates}."),
    "base-map-bad-tile": N_(
        "A tile of {file} at zoom {zoom} holds no picture that can be read; what can be read is drawn."
    ),
    "base-map-no-place": N_(
        "{file} does not say where it lies; put its world file {world} beside it, or take a GeoTIFF."
    ),
    "base-map-few-points": N_(
        "{file} has {count} ground control points; at least three are needed that do not lie on one line. "
        "Add some in the program that made it, or put a world file beside it."
    ),
    "base-map-points-off": N_(
        "{file} fits its {count} ground control points only to {residual} m (at most {most} m may it be); "
        "correct them, beginning with column {column}, row {row}, which lies {off} m off."
    ),
    "base-map-bad-world-file": N_("{file} is no world file: it needs six lines with a number each."),
    "base-map-empty": N_("{file} holds nothing that could be drawn."),
    "base-map-too-large": N_(
        "{file} has {width} × {height} pixels, too many for one picture; make MBTiles of it, or cut it "
        "smaller."
    ),
    "base-map-too-detailed": N_(
        "{file} has more than {most} corners, too many for a base map; cut out the part that is needed."
    ),
    "base-map-plane": N_(
        "This map and the project do not lie on one plane: a project on a plane of its own takes only maps "
        "on the same plane, any other only maps with a coordinate system."
    ),
    "view-name-taken": N_("There is a view called {name} already; choose another name."),
}
