"""Engines turn Word documents into PDF. Each is one module behind the protocol in ``engine.py``."""
