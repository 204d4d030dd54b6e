"""Who acts: the studio, the shell every aggregate lives in, directors, and the pools of stage workers.

Imports here stay light (no torch, no OpenCV): waking an actor must take a second, not ten.
"""

import os

# Ray reads these when it is imported: no phoning home, every listener on loopback, and a token as soon as a
# cluster is meant that others can reach.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token" if os.environ.get("RAY_ADDRESS") else "disabled")
