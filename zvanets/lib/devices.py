"""From what kind of device somebody came, as far as the browser says: „computer Windows Firefox“."""

_SYSTEMS = (
    ("Android", "phone", "Android"),
    ("iPhone", "phone", "iOS"),
    ("iPad", "tablet", "iPadOS"),
    ("Windows", "computer", "Windows"),
    ("Mac OS", "computer", "macOS"),
    ("CrOS", "computer", "ChromeOS"),
    ("Linux", "computer", "Linux"),
)
# In this order: every one of them calls itself what stands below it as well.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def device_of(user_agent: str) -> str:
    """Return kind, system and browser in three words, "" when nothing of it is known."""
    system = next(((kind, name) for sign, kind, name in _SYSTEMS if sign in user_agent), None)
    if system is None:
        return ""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    return " ".join(filter(None, (*system, browser)))
