"""Pages of maps and tables as plain data in millimetres; `ui.page_painter` puts them on paper."""
