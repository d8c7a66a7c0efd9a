"""Draws the figures of the movements as SVG: `python -m tools.drawings` writes them, `--check` compares."""
