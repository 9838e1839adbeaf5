"""Training: augmentation, schedule, the fit, and the run folder from which it can be repeated."""
