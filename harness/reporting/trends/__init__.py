"""Many runs, over time."""
