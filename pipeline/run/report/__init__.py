"""The report of a build of many cases: one self-contained HTML page."""
