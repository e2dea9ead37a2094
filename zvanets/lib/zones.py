"""The clocks by which families abroad live: time zones under the names that a Bulgarian reader knows."""

from collections.abc import Mapping

from zvanets.lib.refusals import gettext_noop

# From east to west; one of each distance from Greenwich at least.
ZONES: Mapping[str, str] = {
    "Pacific/Auckland": gettext_noop("Окланд"),
    "Australia/Sydney": gettext_noop("Сидни"),
    "Asia/Tokyo": gettext_noop("Токио"),
    "Asia/Shanghai": gettext_noop("Пекин, Сингапур"),
    "Asia/Bangkok": gettext_noop("Банкок"),
    "Asia/Dhaka": gettext_noop("Дака"),
    "Asia/Kolkata": gettext_noop("Делхи"),
    "Asia/Karachi": gettext_noop("Карачи, Ташкент"),
    "Asia/Dubai": gettext_noop("Дубай"),
    "Europe/Istanbul": gettext_noop("Истанбул, Москва"),
    "Asia/Nicosia": gettext_noop("Никозия"),
    "Europe/Athens": gettext_noop("Атина"),
    "Europe/Bucharest": gettext_noop("Букурещ"),
    "Europe/Kyiv": gettext_noop("Киев"),
    "Europe/Sofia": gettext_noop("София"),
    "Africa/Johannesburg": gettext_noop("Йоханесбург"),
    "Europe/Vienna": gettext_noop("Виена, Берлин, Прага"),
    "Europe/Rome": gettext_noop("Рим"),
    "Europe/Paris": gettext_noop("Париж, Брюксел"),
    "Europe/Madrid": gettext_noop("Мадрид"),
    "Europe/London": gettext_noop("Лондон, Дъблин"),
    "Europe/Lisbon": gettext_noop("Лисабон"),
    "Atlantic/Reykjavik": gettext_noop("Рейкявик"),
    "Atlantic/Azores": gettext_noop("Азорски острови"),
    "America/Sao_Paulo": gettext_noop("Сао Пауло"),
    "America/New_York": gettext_noop("Ню Йорк, Торонто"),
    "America/Chicago": gettext_noop("Чикаго"),
    "America/Denver": gettext_noop("Денвър"),
    "America/Los_Angeles": gettext_noop("Лос Анджелис"),
    "America/Anchorage": gettext_noop("Анкъридж"),
    "Pacific/Honolulu": gettext_noop("Хонолулу"),
}
