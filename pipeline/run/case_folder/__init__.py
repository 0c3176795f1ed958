"""The folder of a case: its start, the places of its papers, and adding papers."""
