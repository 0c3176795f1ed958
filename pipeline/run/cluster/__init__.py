"""A Dask cluster instead of the worker processes of this machine."""
