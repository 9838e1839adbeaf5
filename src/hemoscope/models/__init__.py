"""Networks, their registry, and the bundle: the folder in which a trained network travels."""
