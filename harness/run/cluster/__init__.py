"""Deals a run's work out to the workers of a Dask cluster; only :mod:`harness.run.cluster.engine` imports Dask."""
