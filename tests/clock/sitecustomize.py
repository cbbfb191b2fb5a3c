"""Read by every Python that has this folder on its PYTHONPATH, before anything else of it runs."""

import os
from pathlib import Path

import set_forward

if set_forward.VARIABLE in os.environ:
    set_forward.follow(Path(os.environ[set_forward.VARIABLE]))
