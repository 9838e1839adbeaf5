"""Training of networks with maps."""
