"""Deals a run's work out to the workers of a Dask cluster; only :mod:`harness.cluster.engine` imports Dask."""
