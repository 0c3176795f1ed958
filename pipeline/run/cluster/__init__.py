"""The processes of a Dask cluster in place of those of this machine."""
