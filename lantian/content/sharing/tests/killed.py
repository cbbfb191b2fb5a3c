"""A worker that imports a folder and is killed in the middle of its second batch.

`python -m lantian.content.sharing.tests.killed RUN MEDIA`
"""

import os
import signal
import sys


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from lantian.content.sharing import services
    from lantian.content.sharing.services import bulk

    settings.LANTIAN_MEDIA_ROOT, bulk.BATCH = sys.argv[2], 2
    really, turns = bulk.bringing.bring_resources, []

    def dying(*args, **more):
        turns.append(1)
        made = really(*args, **more)
        if len(turns) == 2:
            os.kill(os.getpid(), signal.SIGKILL)  # what it made is in no committed transaction
        return made

    bulk.bringing.bring_resources = dying
    services.proceed_import(sys.argv[1])


if __name__ == "__main__":
    main()
