"""Convert an agency's table of patients to case files: read it, map its columns, check each case."""
