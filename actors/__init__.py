"""Who acts: the studio, the shell every aggregate lives in, directors, and the pools of stage workers.

Imports here stay light (no torch, no OpenCV): waking an actor must take a second, not ten.
"""
