"""One platform for all that a command starts: `python -m tests.e2e.served COMMAND …` (see conftest.py beside this)."""

import os
import subprocess
import sys

from tests.e2e.conftest import running_instance


def main() -> int:
    with running_instance(wait=False) as instance:
        told = {"LANTIAN_E2E_URL": instance.url, "LANTIAN_E2E_HOME": str(instance.home)}
        return subprocess.run(sys.argv[1:], env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
