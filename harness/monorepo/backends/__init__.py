"""Build backends on their own: their PEP 517 and PEP 660 hooks, and the front ends that call them.

No environment manager takes part. One folder below ``backends/`` is one backend; every backend is asked for the same
things of the same made-up package, which has one file, a hundred, or ten thousand.
"""
