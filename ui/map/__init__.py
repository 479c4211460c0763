"""The map: what stands where, drawn in small pieces so that the window always answers."""
