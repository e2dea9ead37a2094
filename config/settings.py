"""One settings file; every value that differs between places comes from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ

from zvanets.lib import logs

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent
STATE = Path(env.str("ZVANETS_STATE", default=str(ROOT / ".zvanets")))

DEBUG = False
DEMO = env.bool("ZVANETS_DEMO", default=False)
MAILBOX = Path(env.str("ZVANETS_MAILBOX_DIR", default=str(STATE / "mail")))  # of the demo's mail carrier
SMS_BOX = Path(env.str("ZVANETS_SMS_DIR", default=str(STATE / "sms-box")))  # of the demo's mobile carrier
SECRET_KEY = env.str("ZVANETS_SECRET_KEY", default="only-for-tests-and-builds")
ALLOWED_HOSTS = env.list("ZVANETS_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
ORIGIN = env.str("ZVANETS_ORIGIN", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [ORIGIN]
HTTPS = ORIGIN.startswith("https:")
TRUSTED_PROXIES = env.int(
    "ZVANETS_TRUSTED_PROXIES", default=0
)  # how many of ours stand in front and add X-Forwarded-For
SOURCE_URL = env.str("ZVANETS_SOURCE_URL", default="/static/zvanets-source.tar.gz")  # AGPL § 13

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "zvanets.tenancy",
    "zvanets.history",
    "zvanets.accounts",
    "zvanets.files",
    "zvanets.schools",
    "zvanets.guardians",
    "zvanets.gradebook",
    "zvanets.attendance",
    "zvanets.remarks",
    "zvanets.messaging",
    "zvanets.lessons",
    "zvanets.timetable",
    "zvanets.notifications",
    "zvanets.billing",
    "zvanets.exchange",
    "zvanets.staff",
    "zvanets.portal",
    "zvanets.operator",
    "zvanets.ivr",
    "zvanets.demo",
]

MIDDLEWARE = [
    "config.access.AccessLog",
    "config.headers.SecurityHeaders",
    "django.middleware.gzip.GZipMiddleware",  # with a random length against BREACH; a lesson's page 53 kB to 6
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zvanets.accounts.middleware.SignedIn",
    "zvanets.accounts.middleware.IdleLock",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zvanets.tenancy.middleware.OneSchool",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "zvanets" / "accounts" / "templates"],  # ours before allauth's
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "zvanets.accounts.context.product",
            ],
        },
    },
]

# Three roles of one database: the web sees one school, the worker what is due in all, the owner migrates.
# Planning costs more than running here, so plans are kept; PgBouncer before 1.21 needs ZVANETS_PREPARE=0.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3} if env.bool("ZVANETS_PREPARE", True) else {}


# A kept connection is asked nothing before it is used (zvanets.tenancy.postgres): the kernel asks, so that no firewall
# forgets it and a machine that vanished is noticed.
KEPT = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 3}


def _database(variable: str, test: dict[str, Any], **options: Any) -> dict[str, Any]:
    at = env.db_url(variable, default="postgres:///zvanets")
    return {
        **at,
        "ENGINE": "zvanets.tenancy.postgres",
        "OPTIONS": {**KEPT, **at.get("OPTIONS", {}), **options},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode keeps no cursor between statements
        "TEST": test,
    }


DATABASES = {
    "default": _database("ZVANETS_APP_URL", {"MIRROR": "owner"}, **PREPARED),
    "worker": _database("ZVANETS_WORKER_URL", {"MIRROR": "owner"}, **PREPARED),
    # FORCE ROW LEVEL SECURITY hides every row from the owner as well: migrations say that they mean all schools.
    "owner": _database("ZVANETS_OWNER_URL", {"DEPENDENCIES": []}, options="-c app.every_school=on"),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "zvanets_cache",
        # The worker deletes what is over. Django's own 300 would throw away a third of the throttles' counts, and with
        # them the lock on a guessed password, as soon as a few schools sign in at once.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["zvanets.accounts.backends.SignInBackend"]
PASSWORD_HASHERS = ["zvanets.accounts.hashers.Argon2Small"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "zvanets.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "zvanets.accounts.forms.LoginForm",
    "reauthenticate": "zvanets.accounts.forms.ReauthenticateForm",
    "change_password": "zvanets.accounts.forms.ChangePasswordForm",
    "reset_password": "zvanets.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "zvanets.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # else the server's address stands before every subject
ACCOUNT_RATE_LIMITS = {
    # A school of sixty teachers and a room of computers signs in from one address at eight.
    "login": "120/m/ip",
    "login_failed": "5/5m/key",  # wrong codes; wrong passwords are counted by accounts.guessing
    "login_failed_here": "30/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "zvanets.accounts.second_factor.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "zvanets.accounts.forms.CodeForm",
    "reauthenticate": "zvanets.accounts.forms.CodeAgainForm",
    "activate_totp": "zvanets.accounts.forms.FirstCodeForm",
    "add_webauthn": "zvanets.accounts.forms.AddPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow passkeys without TLS on localhost alone
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the school
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # telephones are half a minute slow
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
SECOND_FACTOR_KEY = env.str("ZVANETS_SECOND_FACTOR_KEY", default=SECRET_KEY).encode()  # without it no code is made
PIN_KEY = env.str("ZVANETS_PIN_KEY", default=SECRET_KEY).encode()  # a PIN's digest without this key tells nothing
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
IDLE_LOCK = timedelta(minutes=env.int("ZVANETS_IDLE_MINUTES", default=10))
SESSION_ENGINE = "zvanets.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the proxy in front does this, see docs/operations
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "zvanets.files.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILES = Path(env.str("ZVANETS_FILES_DIR", default=str(STATE / "files")))  # what people attach, see docs/operations

LANGUAGE_CODE = "bg"
LANGUAGES = [("bg", "Български"), ("en", "English")]
LOCALE_PATHS = [ROOT / "zvanets" / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Sofia"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATICFILES_DIRS = [ROOT / "zvanets" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static.HashedFiles"
        if env.bool("ZVANETS_HASHED_STATIC", default=False)  # the command sets it where it has collected them
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

SMTP_URL = env.str("ZVANETS_SMTP_URL", default="smtp://127.0.0.1:1025")
vars().update(env.email_url("ZVANETS_SMTP_URL", default=SMTP_URL))
MAIL_FROM = DEFAULT_FROM_EMAIL = env.str("ZVANETS_MAIL_FROM", default="diary@example.org")
BOUNCE_DOMAIN = env.str("ZVANETS_BOUNCE_DOMAIN", default="bounce.example.org")
BOUNCE_MAILDIR = env.str(
    "ZVANETS_BOUNCE_MAILDIR", default=""
)  # where a mail server may leave them, see docs/operations
PHONE_NUMBER = env.str("ZVANETS_PHONE_NUMBER", default="")  # the number parents dial; empty: no telephone yet

# The telephone, see docs/operations/telephone.md.
SIP_HOST = env.str("ZVANETS_SIP_HOST", default="127.0.0.1")
SIP_PORT = env.int("ZVANETS_SIP_PORT", default=5060)
SIP_PUBLIC_HOST = env.str("ZVANETS_SIP_PUBLIC_HOST", default="")  # what callers reach, behind a router
SIP_RTP_PORTS = env.str("ZVANETS_SIP_RTP_PORTS", default="16000-16999")
SIP_PEERS = env.list("ZVANETS_SIP_PEERS", default=[])  # networks of the carrier: alone believed about callers' numbers
SIP_ACCOUNTS = env.list("ZVANETS_SIP_ACCOUNTS", default=[])  # NAME:PASSWORD of exchanges that call from anywhere
SIP_TRUNK = env.str(
    "ZVANETS_SIP_TRUNK", default=""
)  # sip:USER:PASSWORD@HOST:PORT of a carrier that wants a registration
SIP_NUMBERS = env.list("ZVANETS_SIP_NUMBERS", default=[])  # the numbers that are ours; empty: whatever is dialled
SIP_CALLS = env.int("ZVANETS_SIP_CALLS", default=200)
SIP_RING_SECONDS = env.float("ZVANETS_SIP_RING_SECONDS", default=1.0)
SIP_STOP_SECONDS = env.float("ZVANETS_SIP_STOP_SECONDS", default=8.0)  # how long a stop waits for calls to end
SIP_PROMPTS = env.str("ZVANETS_SIP_PROMPTS", default="")  # recordings that replace the voice, see docs/operations
SPEECH = STATE / "speech"
TELEPHONE_PORT = env.int("ZVANETS_TELEPHONE_PORT", default=0)  # of the demo's own telephone

# Short messages, see docs/operations/sms.md. Empty: no SMS is offered.
SMPP_URL = env.str("ZVANETS_SMPP_URL", default="")
# Of the numbers that a code is sent to: the European Union, its neighbours in the EEA, Great Britain.
_EUROPE = (
    30,
    31,
    32,
    33,
    34,
    39,
    40,
    41,
    43,
    44,
    45,
    46,
    47,
    48,
    49,
    351,
    352,
    353,
    354,
    356,
    357,
    358,
    359,
    370,
    371,
    372,
)
SMS_PREFIXES = env.list(
    "ZVANETS_SMS_PREFIXES", default=[f"+{each}" for each in (*_EUROPE, 385, 386, 420, 421, 423, 36)]
)
SMS_PRICE = env.str("ZVANETS_SMS_PRICE", default="0")  # euro a part, to count what was spent

# The purse, see docs/operations/purse.md. Empty: nothing is offered for money there.
EPAY_URL = env.str("ZVANETS_EPAY_URL", default="https://www.epay.bg/")  # to try it out: https://demo.epay.bg/
EPAY_MIN = env.str("ZVANETS_EPAY_MIN", default="")
EPAY_SECRET = env.str("ZVANETS_EPAY_SECRET", default="")
EPAY_BILLING_MERCHANT = env.str("ZVANETS_EPAY_BILLING_MERCHANT", default="")  # of the desks, who take a child's code
EPAY_BILLING_SECRET = env.str("ZVANETS_EPAY_BILLING_SECRET", default="")

LOGGING_CONFIG = None
logs.configure()
