"""Engines convert Word documents to PDF. Each is one module that implements the protocol in ``engine.py``."""
