"""The pictures: static SVG, drawn while the report is written."""
