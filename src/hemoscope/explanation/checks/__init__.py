"""Maps that can fail: what a method must show before its maps are trusted, and what came of it."""
