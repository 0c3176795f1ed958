"""Proof of finished documents: what a page says is compared with the case, and searched for claims."""
