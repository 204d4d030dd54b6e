"""Parses JSON of unknown origin from standard input and says it again, with the limits of its arguments: seconds of
CPU time and bytes of memory. A program of its own, run without our packages (see header.py)."""

import json
import sys

try:
    import resource

    seconds, size = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
except (ImportError, ValueError):  # Windows has no such limits, macOS not that of memory
    pass
parsed = json.loads(sys.stdin.buffer.read().decode("utf-8"))
if not isinstance(parsed, dict):
    raise SystemExit("not an object")
sys.stdout.write(json.dumps(parsed))
