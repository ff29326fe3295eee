"""Settings of DomoAdmin. Every value comes from the environment; with none set, the embedded default runs."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from domoadmin.environment import (
    ROOT,
    data_directory,
    embedded_services,
    env,
    kept_encryption_key,
    kept_secret_key,
)

BASE_DIR = ROOT
DATA_DIR = data_directory()

ENVIRONMENT = env.str("DOMOADMIN_ENVIRONMENT", default="embedded")
if ENVIRONMENT not in ("embedded", "production"):
    raise ImproperlyConfigured("DOMOADMIN_ENVIRONMENT is embedded or production.")
EMBEDDED = ENVIRONMENT == "embedded"
SERVICES = embedded_services() if EMBEDDED else {}

DEBUG = env.bool("DOMOADMIN_DEBUG", default=False)


def _required_in_production(name: str, embedded: str) -> str:
    value: str = env.str(name, default="")
    if value:
        return value
    if not EMBEDDED:
        raise ImproperlyConfigured(f"Set {name}: a production installation does not make its own.")
    return embedded


SECRET_KEY = _required_in_production("DOMOADMIN_SECRET_KEY", kept_secret_key() if EMBEDDED else "")
# Earlier secret keys: sessions and the signed head of the audit trail stay valid.
SECRET_KEY_FALLBACKS = env.list("DOMOADMIN_OLD_SECRET_KEYS", default=[])
# The first key encrypts, all of them decrypt: put a new key in front to rotate.
ENCRYPTION_KEYS = _required_in_production("DOMOADMIN_ENCRYPTION_KEYS", kept_encryption_key() if EMBEDDED else "").split(
    ","
)

# Our own health probe asks for 127.0.0.1, whatever name people use.
ALLOWED_HOSTS = [*env.list("DOMOADMIN_HOSTS", default=["localhost", "[::1]"]), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = env.list("DOMOADMIN_TRUSTED_ORIGINS", default=[])

# Upstream hosts beside *.domo.com: "host" or "host:port". The embedded sandbox is always among them.
UPSTREAM_HOSTS = env.list("DOMOADMIN_UPSTREAM_HOSTS", default=[])
if "sandbox_url" in SERVICES:
    UPSTREAM_HOSTS = [*UPSTREAM_HOSTS, urlsplit(SERVICES["sandbox_url"]).netloc]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_celery_beat",
    "template_partials",
    "csp",
    "axes",
    "apps.core",
    "apps.accounts",
    "apps.connections",
    "apps.audit",
    "apps.staging",
    "apps.jobs",
    "apps.notifications",
    "apps.schedules",
    "apps.data",
    "apps.governance",
    "apps.migrations",
    "apps.console",
    "apps.shell",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.middleware.PersonTimeZoneMiddleware",
    "apps.core.middleware.UpstreamErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "domoadmin.urls"
WSGI_APPLICATION = "domoadmin.wsgi.application"
ASGI_APPLICATION = "domoadmin.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.shell.context_processors.shell",
            ],
        },
    },
]

# SQLite: WAL lets pages read while a job writes; IMMEDIATE takes the write lock at BEGIN, so that a
# transaction waits its turn instead of failing halfway with "database is locked".
DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DOMOADMIN_DATABASE_CONNECTION_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "domoadmin.sqlite3",
            # A file, since jobs run items in threads, each with a connection of its own.
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    }

REDIS_URL = env.str("REDIS_URL", default=SERVICES.get("redis_url", ""))

# The throttle and the limiter share what they count; without Redis (commands run beside no server) each
# process counts for itself.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}


# Staged files. file:///path or empty: below DATA_DIR; s3://bucket/prefix?endpoint_url=...&region_name=...
def staging_storage(url: str) -> dict[str, object]:
    """Return Django's description of the storage at a URL. Raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        location = parts.path or str(DATA_DIR / "staging")
        return {
            "BACKEND": "apps.staging.storage.LocalStagingStorage",
            "OPTIONS": {"location": location},
        }
    if parts.scheme == "s3":
        options: dict[str, object] = {"bucket_name": parts.netloc, "location": parts.path.strip("/")}
        options |= dict(parse_qsl(parts.query))
        return {"BACKEND": "apps.staging.s3.S3StagingStorage", "OPTIONS": options}
    raise ImproperlyConfigured("DOMOADMIN_STORAGE_URL starts with file:// or s3://.")


STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staging": staging_storage(env.str("DOMOADMIN_STORAGE_URL", default="")),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not EMBEDDED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

STATIC_URL = "static/"
STATIC_ROOT = env.path("DOMOADMIN_STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# Uploads arrive in pieces of at most this many bytes; a plain form post is spooled below DATA_DIR.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "spool"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A grid of a dataset with thousands of columns has some fields for each; the size above bounds the whole.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000
UPLOAD_CHUNK_BYTES = 16 * 1024 * 1024
UPLOAD_MAX_BYTES = env.int("DOMOADMIN_UPLOAD_MAX_BYTES", default=20 * 1024**3)
UPLOAD_PART_BYTES = env.int("DOMOADMIN_UPLOAD_PART_BYTES", default=32 * 1024 * 1024)
UPLOAD_MOST_PART_BYTES = max(UPLOAD_PART_BYTES, env.int("DOMOADMIN_UPLOAD_MOST_PART_BYTES", default=64 * 1024 * 1024))
UPLOAD_PARALLEL_PARTS = env.int("DOMOADMIN_UPLOAD_PARALLEL_PARTS", default=4)
UPLOAD_KEEP_HOURS = env.int("DOMOADMIN_UPLOAD_KEEP_HOURS", default=24)
# A commit that can't be seen in the data versions is looked for this long after its own time-out, before it is held
# to have never arrived.
UPLOAD_COMMIT_GRACE_SECONDS = env.float("DOMOADMIN_UPLOAD_COMMIT_GRACE_SECONDS", default=10.0)
# How long an upload waits for the index, and for the upstream to report the rows.
UPLOAD_INDEX_WAIT_SECONDS = env.int("DOMOADMIN_UPLOAD_INDEX_WAIT_SECONDS", default=15 * 60)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "shell:start"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

# Throttle by name and address together: one person's typing errors lock nobody else out.
AXES_FAILURE_LIMIT = env.int("DOMOADMIN_SIGN_IN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("DOMOADMIN_SIGN_IN_WAIT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.locked_out"
AXES_SENSITIVE_PARAMETERS = ["password"]
# How many proxies of ours stand in front; none means that X-Forwarded-For is what anybody may have written.
PROXY_COUNT = env.int("DOMOADMIN_PROXY_COUNT", default=0)
AXES_CLIENT_IP_CALLABLE = "apps.accounts.client_address.client_address"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "apps.shell.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.bool("DOMOADMIN_TLS_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("DOMOADMIN_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if env.bool("DOMOADMIN_BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Tabler draws its check marks and arrows as data: images; nothing else needs more than our own origin.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("DOMOADMIN_TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Mails go out only where a server for them is named.
SMTP_URL = env.str("EMAIL_URL", default="") or env.str("DOMOADMIN_SMTP_URL", default="")
NOTIFY_BY_MAIL = bool(SMTP_URL)
EMAIL_CONFIG = env.email_url_config(SMTP_URL or "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
# The address at which people open DomoAdmin; mails link to it.
PUBLIC_URL = env.str("DOMOADMIN_URL", default=next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000"))
MAIL_DOMAIN = urlsplit(PUBLIC_URL).hostname or "localhost"
DEFAULT_FROM_EMAIL = env.str("DOMOADMIN_MAIL_FROM", default=f"DomoAdmin <domoadmin@{MAIL_DOMAIN}>")

# Celery: https://docs.celeryq.dev. The database is the queue, so a doubled, late or lost message is harmless.
CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:6379/0"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 180
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.float("DOMOADMIN_WORKER_SHUTDOWN_SECONDS", default=5.0)
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    # A page must not hang on a broker that is down: the sweeper sends the message later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "jobs.sweep": {"task": "jobs.sweep", "schedule": env.float("DOMOADMIN_JOB_SWEEP_SECONDS", default=30.0)},
    "jobs.clean": {"task": "jobs.clean", "schedule": 3600.0},
    # What a message that comes late would seal is sealed by the next one.
    # When a schedule is due stands in the database; the look is often enough for times in whole minutes.
    "schedules.look": {"task": "schedules.look", "schedule": 10.0, "options": {"expires": 10}},
    "schedules.clean": {"task": "schedules.clean", "schedule": 86400.0},
    "notifications.sweep": {"task": "notifications.sweep", "schedule": 60.0, "options": {"expires": 60}},
    # Each reminder is given once, whatever comes twice; a quarter of an hour is early enough for dates.
    "certification.remind": {"task": "certification.remind", "schedule": 900.0, "options": {"expires": 900}},
    "audit.seal": {"task": "audit.seal", "schedule": 10.0, "options": {"expires": 10}},
}

# Durable work: see apps/jobs/runner.py. A lease is renewed while its runner lives.
JOB_MESSAGES = "domoadmin.celery"
JOB_LEASE_SECONDS = env.float("DOMOADMIN_LEASE_SECONDS", default=20.0)
# Ended jobs are removed after so many days; 0 keeps them for ever. Audit records stay in any case.
JOB_RETENTION_DAYS = env.int("DOMOADMIN_JOB_RETENTION_DAYS", default=365)
JOB_SLICE_SECONDS = env.float("DOMOADMIN_JOB_SLICE_SECONDS", default=60.0)
# A migration whose answer was lost is looked for in the lists of candidates for so many seconds, then a person decides.
MIGRATION_SETTLE_SECONDS = env.float("DOMOADMIN_MIGRATION_SETTLE_SECONDS", default=300.0)

# How long one upstream request may take, in seconds: to connect, and without a byte read or written.
UPSTREAM_CONNECT_SECONDS = env.float("DOMOADMIN_UPSTREAM_CONNECT_SECONDS", default=10.0)
UPSTREAM_READ_SECONDS = env.float("DOMOADMIN_UPSTREAM_READ_SECONDS", default=60.0)
# The first wait before a failed call is made again; each one after it may be twice as long.
UPSTREAM_RETRY_SECONDS = env.float("DOMOADMIN_UPSTREAM_RETRY_SECONDS", default=0.5)
UPSTREAM_SEARCH_PER_MINUTE = env.int("DOMOADMIN_SEARCH_PER_MINUTE", default=110)
# A page of many panels begins them all while its header is read, and waits so long for those that are nearly there;
# 0 leaves each to the browser, which asks for six at a time.
PAGE_LINGER_SECONDS = env.float("DOMOADMIN_PAGE_LINGER_SECONDS", default=0.15)

DJANGO_TABLES2_TEMPLATE = "ui/table.html"
FORM_RENDERER = "apps.core.forms.KitRenderer"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("DOMOADMIN_LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # httpx logs whole URLs at INFO.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
