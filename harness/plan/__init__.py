"""What is done in a run, in which order and by whom, and how long it takes; pure."""
