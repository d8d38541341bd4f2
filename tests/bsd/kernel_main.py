#!/usr/bin/env python3
"""Serves a kernel in memory: kernel_main.py LAYOUT SOCKET [SCENARIO]

Then: multihomed --platform bsd:LAYOUT,calls=unix:SOCKET. Scenarios: dual (two providers, the default), full (the host that was
recorded, step "full"), plain (lo0 only). The layouts: kernel_layout.PERSONALITIES."""

import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "codec")]

from kernel_layout import PERSONALITIES  # noqa: E402
from kernel_scenario import SCENARIOS  # noqa: E402


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in PERSONALITIES or sys.argv[-1] not in SCENARIOS and len(sys.argv) == 4:
        sys.exit(f"{__doc__}\nlayouts: {' '.join(PERSONALITIES)}\nscenarios: {' '.join(SCENARIOS)}")
    if os.path.exists(sys.argv[2]):
        os.unlink(sys.argv[2])
    SCENARIOS[sys.argv[3] if len(sys.argv) == 4 else "dual"](sys.argv[1], sys.argv[2])
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
