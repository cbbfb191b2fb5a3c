"""Settings of the one Django project, all from the environment (docs/operations.md lists the variables)."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlparse

from lantian.kernel.bucket import s3_prefix, s3_secret
from lantian.kernel.crypto import load_or_create_keys, load_or_create_push_key, load_or_create_signing_keys

BASE_DIR = Path(__file__).resolve().parents[2]


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "").lower() in {"1", "true", "yes", "on"}


# State -----------------------------------------------------------------------------------------------------------------
LANTIAN_HOME = Path(os.environ.get("LANTIAN_HOME", BASE_DIR / "var")).resolve()
LANTIAN_KEY_FILE = LANTIAN_HOME / "keys" / "lantian.key"
LANTIAN_SIGNING_KEY_FILE = LANTIAN_HOME / "keys" / "signing.pem"
LANTIAN_MEDIA_ROOT = LANTIAN_HOME / "media"
LANTIAN_FILES_ROOT = LANTIAN_HOME / "files"
LANTIAN_DEMO = flag("LANTIAN_DEMO")
LANTIAN_TLS = os.environ.get("LANTIAN_TLS", "")
LANTIAN_PORT = int(os.environ.get("LANTIAN_PORT") or "8000")
LANTIAN_LOG_REQUESTS = flag("LANTIAN_LOG_REQUESTS")
LANTIAN_METRICS_TOKEN = os.environ.get("LANTIAN_METRICS_TOKEN", "")
LANTIAN_DISK_RESERVE_BYTES = int(os.environ.get("LANTIAN_DISK_RESERVE_MB") or "1024") * 2**20
# A demonstration's lesson is always on the air (some 4 GB a day): it forgets by itself. Elsewhere recordings are kept for good.
LANTIAN_KEEP_RECORDINGS_DAYS = int(os.environ.get("LANTIAN_KEEP_RECORDINGS_DAYS") or ("3" if LANTIAN_DEMO else "0"))
# Resources: what a unit's files may take together, and clamd (unix:/path or host:port; none: files stay unscanned).
LANTIAN_RESOURCES_UNIT_BYTES = int(os.environ.get("LANTIAN_RESOURCES_UNIT_GB") or "200") * 2**30
LANTIAN_CLAMD = os.environ.get("LANTIAN_CLAMD", "").strip()
# Where uploaded packages run, an origin that is not the platform's: as it is named, else the front door's second port.
LANTIAN_CONTENT_ORIGIN = os.environ.get("LANTIAN_CONTENT_ORIGIN", "").strip().rstrip("/")
LANTIAN_CONTENT_PORT = int(os.environ.get("LANTIAN_CONTENT_PORT") or "18000")
# Folders of other systems' files are imported from below this folder alone; without one there is no such import.
LANTIAN_IMPORT_ROOT = os.environ.get("LANTIAN_IMPORT_ROOT", "").strip() or (
    str(LANTIAN_HOME / "demo" / "imports") if LANTIAN_DEMO else ""
)
# Hosts (or host:port) within one's own network that may be harvested all the same; others there are never asked.
LANTIAN_HARVEST_HOSTS = [
    host.strip() for host in os.environ.get("LANTIAN_HARVEST_HOSTS", "").split(",") if host.strip()
]
# The second rendition of live lessons, with AAC sound, for players without Opus: about 2 % of a core a lesson.
LANTIAN_LIVE_AAC = flag("LANTIAN_LIVE_AAC", default=True)
# How large a picture teachers' browsers make: 720p, 540p, 360p (runtime.home refuses others).
LANTIAN_LIVE_PICTURE = os.environ.get("LANTIAN_LIVE_PICTURE", "") or "720p"
# Finished live segments in an S3, for several live nodes and for replays no disk has; without an endpoint: on the local disk.
LANTIAN_S3_ENDPOINT = os.environ.get("LANTIAN_S3_ENDPOINT", "").strip().rstrip("/")
LANTIAN_S3_BUCKET = os.environ.get("LANTIAN_S3_BUCKET", "").strip()
LANTIAN_S3_KEY = os.environ.get("LANTIAN_S3_KEY", "").strip()
LANTIAN_S3_SECRET = s3_secret(os.environ, LANTIAN_HOME)
LANTIAN_S3_PREFIX = s3_prefix(os.environ)
LANTIAN_S3_REGION = os.environ.get("LANTIAN_S3_REGION", "").strip() or "us-east-1"
# Calling classes in: servers that help browsers in different networks find one another, and coturn's shared secret.
LANTIAN_STUN_URLS = [url for url in os.environ.get("LANTIAN_STUN_URLS", "").split(",") if url.strip()]
LANTIAN_TURN_URLS = [url for url in os.environ.get("LANTIAN_TURN_URLS", "").split(",") if url.strip()]
LANTIAN_TURN_SECRET = os.environ.get("LANTIAN_TURN_SECRET", "")
# By which way classes talk (auto, mesh, relay), and the relay itself: Janus' socket (none: it does not run) and its secrets.
LANTIAN_STAGE = os.environ.get("LANTIAN_STAGE", "") or "auto"
LANTIAN_JANUS_SOCKET = os.environ.get("LANTIAN_JANUS_SOCKET", "")
LANTIAN_JANUS_SECRETS = os.environ.get("LANTIAN_JANUS_SECRETS", "")
# Recorder boxes: the port on which they send by RTMP (0: no door), and where door and gateway meet.
LANTIAN_RTMP_PORT = int(os.environ.get("LANTIAN_RTMP_PORT") or "0")
# Whether sources may come by WHIP as well (through Janus).
LANTIAN_WHIP = os.environ.get("LANTIAN_WHIP") == "on" and bool(LANTIAN_JANUS_SOCKET)
# Text messages for forgotten passwords: http (a service of the region's), log (demonstrations alone), or none.
LANTIAN_SMS = os.environ.get("LANTIAN_SMS", "log" if LANTIAN_DEMO else "")
LANTIAN_SMS_URL = os.environ.get("LANTIAN_SMS_URL", "")
LANTIAN_SMS_TOKEN = os.environ.get("LANTIAN_SMS_TOKEN", "")
# Where people reach the platform: what links in mails begin with.
LANTIAN_ADDRESS = (os.environ.get("LANTIAN_ADDRESS") or f"http://localhost:{LANTIAN_PORT}").rstrip("/")
# Messages by mail: smtp://user:password@host:587?tls=starttls or smtps://…; without it there is none.
LANTIAN_MAIL_URL = os.environ.get("LANTIAN_MAIL_URL", "")
LANTIAN_MAIL_FROM = os.environ.get("LANTIAN_MAIL_FROM", "lantian@localhost")
# Web push: only services of these hosts (and below) are posted to; none: no push.
LANTIAN_PUSH_HOSTS = [
    host
    for host in os.environ.get(
        "LANTIAN_PUSH_HOSTS", "fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,push.apple.com"
    ).split(",")
    if host.strip()
]
LANTIAN_VAPID_KEY = load_or_create_push_key(LANTIAN_HOME / "keys" / "push.pem")
# What calls itself the issuer of who somebody is (OpenID Connect): the address of the request, unless it is named.
LANTIAN_ISSUER = os.environ.get("LANTIAN_ISSUER", "").rstrip("/")
# Another platform whose accounts may open accounts here (OpenID Connect); without an issuer there is none.
LANTIAN_UPSTREAM = {
    "issuer": os.environ.get("LANTIAN_UPSTREAM_ISSUER", "").rstrip("/"),
    "name": os.environ.get("LANTIAN_UPSTREAM_NAME", ""),
    "client_id": os.environ.get("LANTIAN_UPSTREAM_CLIENT", ""),
    "secret": os.environ.get("LANTIAN_UPSTREAM_SECRET", ""),
    "scope": os.environ.get("LANTIAN_UPSTREAM_SCOPE", "openid"),
    # such as student_number=xjh: the claim xjh of that platform is a student number, and is believed
    "trusts": os.environ.get("LANTIAN_UPSTREAM_TRUSTS", ""),
}
LANTIAN_REGION_NAME = os.environ.get("LANTIAN_REGION_NAME", "绵阳")

SECRET_KEY = load_or_create_keys(LANTIAN_KEY_FILE).secret_key
DEBUG = flag("LANTIAN_DEBUG")
# The front door answers for the names it was told; behind it any Host is its own.
ALLOWED_HOSTS = [host for host in os.environ.get("LANTIAN_HOSTS", "*").split(",") if host]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LANTIAN_ORIGINS", "").split(",") if o]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = False

# Apps: floors from the lowest up -----------------------------------------------------------------------------------------
KERNEL_APPS = ["lantian.kernel.journal", "lantian.kernel.time", "lantian.kernel.web"]
PEOPLE_APPS = [
    "lantian.people.identity",
    "lantian.people.roster",
    "lantian.people.messaging",
    "lantian.people.schedule",
    "lantian.people.connect",
    "lantian.people.exchange",
    "lantian.people.privacy",
]
UPPER_APPS = [
    "lantian.commons.workflow",
    "lantian.commons.search",
    "lantian.content.media",
    "lantian.content.taxonomy",
    "lantian.content.resources",
    "lantian.content.packs",
    "lantian.content.wanted",
    "lantian.content.follows",
    "lantian.content.suggested",
    "lantian.content.interactive",
    "lantian.content.sharing",
    "lantian.teach.live",
    "lantian.teach.desk",
    "lantian.teach.series",
    "lantian.teach.recorders",
    "lantian.teach.recordings",
    "lantian.portal.home",
]
THIRD_PARTY_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_vite",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
]


def _present(app: str) -> bool:
    return (BASE_DIR / app.replace(".", "/") / "apps.py").exists()


LANTIAN_APPS = [app for app in KERNEL_APPS + PEOPLE_APPS + UPPER_APPS if _present(app)]
INSTALLED_APPS = [*LANTIAN_APPS, *THIRD_PARTY_APPS]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lantian.kernel.web.middleware.RequestLog",
    "lantian.kernel.web.middleware.Safety",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lantian.kernel.web.middleware.CurrentActor",
    "lantian.kernel.web.middleware.Gates",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lantian.kernel.web.shell.context",
            ],
        },
    }
]
COTTON_DIR = "cotton"
CSRF_FAILURE_VIEW = "lantian.kernel.web.faults.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANTIAN_TLS != ""
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # pages have the token in themselves
SESSION_ENGINE = "lantian.people.identity.services.session_store"
# Two instances on one host differ by port alone, and cookies do not: name them by port.
SESSION_COOKIE_NAME = f"lantian_session_{LANTIAN_PORT}"
CSRF_COOKIE_NAME = f"lantian_csrf_{LANTIAN_PORT}"
LANGUAGE_COOKIE_NAME = "lantian_language"
# A term on one's own phone: a password hash costs a quarter of a second of CPU, a session nothing.
SESSION_COOKIE_AGE = 150 * 24 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20


# Database ----------------------------------------------------------------------------------------------------------------
def _database(url: str) -> dict[str, object]:
    """postgresql://user:password@host:port/name, or with ?host=/socket/folder."""
    parsed = urlparse(url)
    query = dict(part.split("=", 1) for part in parsed.query.split("&") if "=" in part)
    return {
        "ENGINE": "config.database",
        "NAME": parsed.path.lstrip("/") or "lantian",
        "USER": unquote(parsed.username or ""),
        "PASSWORD": unquote(parsed.password or ""),
        "HOST": unquote(query.get("host", "")) or parsed.hostname or "",
        "PORT": str(parsed.port or query.get("port", "")),
        "CONN_MAX_AGE": 0,
        # an empty statement as each request takes its connection: after a restart of the database the pool hands out no dead ones
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {"min_size": 2, "max_size": int(os.environ.get("LANTIAN_DB_POOL") or "4"), "timeout": 10},
            "application_name": "lantian",
        },
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql:///lantian"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Language and time ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files -----------------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = LANTIAN_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "dist"] if (BASE_DIR / "frontend" / "dist").exists() else []
MEDIA_ROOT = LANTIAN_FILES_ROOT
MEDIA_URL = "/files/"
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": BASE_DIR / "frontend" / "dist" / "manifest.json"}}

# Accounts --------------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/today/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["lantian.people.identity.services.sign_in.LoginNameBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "lantian.people.identity.services.passwords.ActivationCodeHasher",
]
ACCOUNT_ADAPTER = "lantian.people.identity.services.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "lantian.people.identity.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}  # phones and student numbers are found by the same field
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # nobody signs in by mail here
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth wants to know
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# A school of 3 000 stands behind one address: per-address limits are wide, per-account ones are not.
ACCOUNT_RATE_LIMITS = {
    "login": "1200/m/ip",
    "login_failed": "300/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "confirm_mail": "6/h/user",  # a letter to an address that somebody has typed
    "recover": "300/m/ip",
    "bind": "120/m/ip,1200/h/ip",
    "recover_send": "120/m/ip,6/600s/key",
    "recover_code": "300/m/ip,15/600s/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1
IDP_OIDC_ADAPTER = "lantian.people.connect.services.protocol.Adapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 3600
IDP_OIDC_PRIVATE_KEYS = [  # the order in the file is their age
    {"pem": pem, "issued_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=place)}
    for place, pem in enumerate(load_or_create_signing_keys(LANTIAN_SIGNING_KEY_FILE))
]
SOCIALACCOUNT_ADAPTER = "lantian.people.identity.services.upstream.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address is no proof of who somebody is
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "lantian.people.identity.services.sign_in.SecondFactorAdapter"
MFA_TOTP_ISSUER = "蓝天"
MFA_TOTP_TOLERANCE = 1  # RFC 6238 section 5.2: one step, for whoever types a code as it goes out
USERSESSIONS_TRACK_ACTIVITY = False  # a write on every page is too dear: identity notes it every few minutes

# Logs ------------------------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = None
LOGGING: dict[str, object] = {}
