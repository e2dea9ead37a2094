"""For whom a diary is read aloud, and how things are said to them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from zvanets.ivr.phrases import read_in, said
from zvanets.lib import clock, speak
from zvanets.rules.ivr_menu import Item
from zvanets.schools.models import School, SchoolYear, Student


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is read, and when."""

    school: School
    student: Student
    guardian_id: int
    spoken_in: str  # the voice of the menus; what the diary says is read in `language`
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.time_zone)

    @property
    def language(self) -> str:
        return read_in(self.spoken_in)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def item(self, text: str, *messages: int) -> Item:
        return Item(text, self.language, messages)

    def phrase(self, name: str, **values: str | int | Decimal) -> Item:
        return self.item(said(name, self.language, values))

    def day(self, on: date) -> str:
        if on - self.today == timedelta(days=1):
            return said("tomorrow", self.language)
        return speak.day(on, self.language, today=self.today)

    def figure(self, value: Decimal | None) -> str:
        return speak.mark(value, self.language)

    def year_begins(self) -> date:
        years = SchoolYear.objects.filter(starts_on__lte=self.today).order_by("-starts_on")
        begins: date | None = years.values_list("starts_on", flat=True).first()
        return begins or date(self.today.year, 1, 1)


def reader_of(school: School, student: Student, guardian_id: int, language: str) -> Reader:
    return Reader(school, student, guardian_id, language, clock.now())
