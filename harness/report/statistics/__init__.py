"""What the samples of a run say: frames, intervals, comparisons and noise; values in, values out."""
