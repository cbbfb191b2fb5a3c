"""The smallest Django project that the runtime can run: what is under test is the running, not the platform."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

HERE = Path(__file__).resolve().parents[1]
_url = urlparse(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": _url.username,
        "PASSWORD": unquote(_url.password or ""),
        "HOST": unquote(_url.query.removeprefix("host=")),
    }
}
SECRET_KEY = "stand-in"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["stand", "django.contrib.contenttypes", "django.contrib.staticfiles"]
ROOT_URLCONF = "config.urls"
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ["LANTIAN_HOME"]) / "static"
STATICFILES_DIRS = [HERE / "assets"]
USE_TZ = True

_keys = Path(os.environ["LANTIAN_HOME"]) / "keys" / "lantian.key"
if not _keys.exists():
    _keys.write_text('{"blind": "' + os.urandom(8).hex() + '"}')
