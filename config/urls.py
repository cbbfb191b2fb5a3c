"""All addresses; each app brings its own, and every view names the rule that lets one in."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{app}.urls")) for app in settings.LANTIAN_APPS if find_spec(f"{app}.urls")
]

handler400 = "lantian.kernel.web.faults.bad_request"
handler403 = "lantian.kernel.web.faults.refused"
handler404 = "lantian.kernel.web.faults.not_found"
handler500 = "lantian.kernel.web.faults.server_error"
