"""Fillable PDFs that the user supplies, such as an official form: their fields, and filling them from a case."""
