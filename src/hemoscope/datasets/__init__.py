"""Labelled collections of head CT, each read into one table of items; splits, leaks, phantoms."""
