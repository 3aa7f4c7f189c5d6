"""A report's figures in files for other tools: each exporter turns values into text or bytes, the writer writes."""
