"""Every measure under a few questions, with one grade for each variant."""
