"""Training of the study head: scored studies, real and synthetic, and a small convolution along their slices."""
