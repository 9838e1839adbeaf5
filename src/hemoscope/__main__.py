"""python -m hemoscope is the command hemoscope."""

from hemoscope.cli import main

main()
