"""The report of a build of many cases as one HTML page that needs nothing else."""
