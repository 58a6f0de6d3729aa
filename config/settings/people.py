"""People: who may come in, and how. Sign-up is by invitation unless SIGN_UP says `open`."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import value

# Built on Django's own: with both, every permission would be read twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "library"
SIGN_UP = value("SIGN_UP", "invited")
if SIGN_UP not in {"invited", "open"}:
    raise ImproperlyConfigured(f"SIGN_UP must be invited or open, and {SIGN_UP!r} is neither.")
ACCOUNT_ADAPTER = "config.people.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "config.people.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
# Where anyone may sign up, an address is proved: people are put on a course's list by it.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SIGN_UP == "open" else "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
OIDC_ISSUER = value("OIDC_ISSUER", "")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": value("OIDC_NAME", "Single sign-on"),
                "client_id": value("OIDC_CLIENT_ID", ""),
                "secret": value("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else []
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
