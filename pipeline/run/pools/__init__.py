"""Pools run tasks in other processes: a fork for one case, workers of this machine for many."""
