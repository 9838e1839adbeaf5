"""One result, many encodings: JSON, CSV, a terminal table, a report page."""
