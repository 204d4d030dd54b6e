"""Figures: what LoraFrame promises, measured. ``python -m bench`` measures, ``python -m bench.report`` tells."""
