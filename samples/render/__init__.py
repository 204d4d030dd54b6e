"""Renders the sample cast: ``python -m samples.render``."""
