"""Check Word templates before they are used for a case: one module for each kind of mistake."""
