"""Render the documents of a template set as pages, and compare them with another version of the set."""
