"""Starts a component by the name of its class: python3 -m stormflux module.Class, or file.py:Class."""

import sys

from .loader import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
