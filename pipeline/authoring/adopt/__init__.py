"""Brings a plain letter in as a template: formats and metadata set right, values of a case replaced by tags."""
