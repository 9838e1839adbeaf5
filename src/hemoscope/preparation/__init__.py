"""Pixels to model input. The only room that does this; training and scoring both come here."""
