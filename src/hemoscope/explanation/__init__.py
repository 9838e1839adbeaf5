"""Why a network says what it says: methods that show where, and the checks that their maps must pass."""
