"""Sessions in the database as Django keeps them, found by a statement that is made once: every page begins with it."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from lantian.kernel.prepared import prepared


@prepared
def _running(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(DatabaseSessions):
    """What SESSION_ENGINE names."""

    def _get_session_from_db(self) -> Session | None:
        found = _running.first(self.session_key, timezone.now())
        if found is None:
            self._session_key = None  # as Django does: an unknown key is never taken over
        return found
