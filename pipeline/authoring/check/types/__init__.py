"""Types of Jinja expressions: which names a template reads, of which shape, and under which guards."""
