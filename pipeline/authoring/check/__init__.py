"""Checking Word templates before a case is filled into them: one module for each kind of mistake."""
