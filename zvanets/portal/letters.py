"""The letter with a code, sent while its reader waits for it; it says nothing of any child."""

from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from zvanets.lib.logs import note


def send_code(*, address: str, code: str, school: str, language: str) -> bool:
    """Return whether the mail server took it."""
    with override(language):
        subject = _("%(code)s е Вашият код за потвърждение") % {"code": code}
        text = _(
            "Някой поиска електронният дневник на %(school)s да пише на този адрес.\n\n"
            "Ако сте Вие, въведете кода %(code)s в страницата, от която го поискахте. Кодът важи 15 минути.\n"
            "Ако не сте Вие, не правете нищо: няма да Ви пишем."
        ) % {"school": school, "code": code}
    letter = EmailMessage(subject, text, to=[address], headers={"Auto-Submitted": "auto-generated"})
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        note("code not sent", channel="email", reason=type(error).__name__)
        return False
    return True
