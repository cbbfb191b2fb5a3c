"""The web process."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - the views and all that they load: not while the first one waits for a page
gc.freeze()  # what was loaded stays: garbage is looked for among what requests leave, and less often
gc.set_threshold(10_000, 20, 50)
