"""Fillable PDFs that the user supplies, such as an official form: lists their fields, and fills them from a case."""
