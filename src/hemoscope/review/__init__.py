"""What a network gets wrong, and what its mistakes have in common: what to look at before the next training."""
