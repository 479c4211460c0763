"""Files, coordinates, shapes, pages and web maps."""
