"""Slices and volumes as files, the inverse of reading; and files written whole or not at all."""
