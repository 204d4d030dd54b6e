"""The facts and the pure rules that make them.

Nothing here does input or output: no Ray, no SQL, no torch, no clock (``log.py``, the store,
is the one exception and takes its connections as arguments).
"""
