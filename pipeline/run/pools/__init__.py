"""Pools run tasks in processes of their own: one fork for one case, or workers of this machine for many."""
