"""A run's folder, read: the one room where results come off the disk."""
