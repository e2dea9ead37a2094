"""What is taught in each year group of the invented school, in hours a week, and which department teaches it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Kind(Enum):
    """NEISPUO's type of a subject, its short name and the part of the curriculum."""

    GENERAL = (101, "ООП", "ЗУЧ")
    PRESCHOOL = (104, "ОФПВ", "ЗУЧ")
    MODULE = (105, "ПП/зад.модул", "ИУЧ")
    EXTENDED = (109, "РП/УП-А", "ИУЧ")
    ALL_DAY = (124, "ДЦО", "")
    CHOSEN_MODULE = (151, "ПП/изб.модул", "ИУЧ")
    PROFILE_1 = (152, "ПП (I профилиращ предмет)", "ИУЧ")
    PROFILE_2 = (153, "ПП (II профилиращ предмет)", "ИУЧ")
    OUTSIDE = (40, "Часове извън учебния план", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the curriculum; `hours` a week in both terms unless `second` says otherwise."""

    subject: str
    hours: Decimal
    kind: Kind = Kind.GENERAL
    second: Decimal | None = None
    modules: "tuple[Row, ...]" = ()
    sub_groups: int = 1

    @property
    def terms(self) -> tuple[Decimal, Decimal]:
        return self.hours, self.hours if self.second is None else self.second


CLASS_HOUR = "Час на класа"
_SHORT = {
    "БЕЛ": "Български език и литература",
    "АЕ": "Английски език",
    "НЕ": "Немски език",
    "Мат": "Математика",
    "Род": "Родинознание",
    "Околен": "Околен свят",
    "ЧО": "Човекът и обществото",
    "ЧП": "Човекът и природата",
    "КМ": "Компютърно моделиране",
    "КМИТ": "Компютърно моделиране и информационни технологии",
    "ИТ": "Информационни технологии",
    "Фил": "Философия",
    "ГО": "Гражданско образование",
    "ИЦ": "История и цивилизации",
    "ГИ": "География и икономика",
    "БЗО": "Биология и здравно образование",
    "ФА": "Физика и астрономия",
    "ХООС": "Химия и опазване на околната среда",
    "Муз": "Музика",
    "ИзИ": "Изобразително изкуство",
    "ТП": "Технологии и предприемачество",
    "ФВС": "Физическо възпитание и спорт",
}


def _rows(general: str, extended: str = "") -> tuple[Row, ...]:
    rows = [_row(word, Kind.GENERAL) for word in general.split(",")]
    rows += [_row(word, Kind.EXTENDED) for word in extended.split(",") if word]
    return (*rows, Row(CLASS_HOUR, Decimal(1), Kind.OUTSIDE))


def _row(words: str, kind: Kind) -> Row:
    short, hours, *rest = words.split()
    return Row(_SHORT[short], Decimal(hours), kind, sub_groups=2 if rest else 1)


def _profile(kind: Kind, subject: str, *modules: tuple[str, int, int]) -> Row:
    inner = [
        Row(
            name,
            Decimal(first),
            Kind.MODULE if name.startswith("Модул") else Kind.CHOSEN_MODULE,
            second=Decimal(second),
        )
        for name, first, second in modules
    ]
    return Row(subject, Decimal(0), kind, modules=tuple(inner))


_PROFILES = (
    _profile(
        Kind.PROFILE_1,
        _SHORT["ИЦ"],
        ("Модул 1. Власт и институции", 2, 2),
        ("Модул 2. Култура и духовност", 2, 0),
        ("Модул 3. Човек и общество", 0, 2),
    ),
    _profile(
        Kind.PROFILE_2,
        _SHORT["ГИ"],
        ("Модул 1. Природноресурсен потенциал. Устойчиво развитие", 2, 2),
        ("Модул 2. Геополитическа и обществена култура", 1, 1),
        ("География на България", 2, 2),
    ),
)
# "2" behind the hours: the class learns it in two sub-groups, in the same hour.
PLANS: dict[int, tuple[Row, ...]] = {
    1: _rows("БЕЛ 7,Мат 4,Род 1,Муз 2,ИзИ 2,ТП 1,ФВС 2", "БЕЛ 1,Мат 1"),
    2: _rows("БЕЛ 7,АЕ 2,Мат 3.5,Околен 1,Муз 1.5,ИзИ 2,ТП 1,ФВС 2", "БЕЛ 1"),
    3: _rows("БЕЛ 7,АЕ 3,Мат 3.5,КМ 1,ЧО 1,ЧП 1.5,Муз 1.5,ИзИ 1.5,ТП 1,ФВС 2", "Мат 1"),
    4: _rows("БЕЛ 7,АЕ 3,Мат 4,КМ 1,ЧО 1,ЧП 2,Муз 2,ИзИ 1.5,ТП 1,ФВС 2.5", "БЕЛ 1"),
    5: _rows("БЕЛ 5,АЕ 3.5,Мат 4,КМИТ 1.5,ИЦ 2,ГИ 2,ЧП 2.5,Муз 2,ИзИ 2,ТП 2,ФВС 2.5", "БЕЛ 1"),
    6: _rows("БЕЛ 5,АЕ 3.5,Мат 4,КМИТ 1.5,ИЦ 2,ГИ 2,ЧП 2.5,Муз 1.5,ИзИ 1.5,ТП 2,ФВС 2.5", "БЕЛ 1"),
    7: _rows("БЕЛ 5,АЕ 3,Мат 4,КМИТ 1.5,ИЦ 2,ГИ 2,БЗО 2,ФА 1.5,ХООС 1.5,Муз 1.5,ИзИ 1,ТП 1,ФВС 2", "БЕЛ 1"),
    8: _rows("БЕЛ 4,АЕ 6 2,НЕ 2,Мат 3,ИТ 1,Фил 1,ИЦ 2,ГИ 1.5,БЗО 1.5,ФА 2,ХООС 2,Муз 1,ИзИ 1,ФВС 2"),
    9: _rows("БЕЛ 3,АЕ 4 2,НЕ 2,Мат 3,ИТ 1,Фил 1,ИЦ 3,ГИ 1.5,БЗО 2.5,ФА 2.5,ХООС 2.5,Муз 1,ИзИ 1,ФВС 2"),
    10: _rows("БЕЛ 3,АЕ 3,НЕ 2,Мат 3,ИТ 1,Фил 2,ИЦ 3,ГИ 2.5,БЗО 2,ФА 2,ХООС 2,Муз 0.5,ФВС 2", "АЕ 1"),
    11: (*_rows("БЕЛ 3,АЕ 2,НЕ 2,Мат 2,ГО 1,ФВС 2", "БЕЛ 2,АЕ 2,Мат 2"), *_PROFILES),
    12: (*_rows("БЕЛ 3,АЕ 2,НЕ 2,Мат 2,ГО 1,ФВС 2", "БЕЛ 2,АЕ 2"), *_PROFILES),
}
# Grades I and III of the branch sit in one room; computer modelling is for grade III alone.
COMBINED = _rows("БЕЛ 7,Мат 4,Род 1,КМ 1,Муз 2,ИзИ 2,ТП 1,ФВС 2")
ONLY_LEVEL_3 = _SHORT["КМ"]
PRESCHOOL = tuple(
    Row(f"Образователно направление „{name}“", Decimal(hours), Kind.PRESCHOOL)
    for name, hours in (
        (_SHORT["БЕЛ"], 3),
        (_SHORT["Мат"], 3),
        (_SHORT["Околен"], 2),
        (_SHORT["ИзИ"], 2),
        (_SHORT["Муз"], 2),
        ("Физическа култура", 3),
    )
)
ALL_DAY = tuple(
    Row(name, Decimal(10), Kind.ALL_DAY)
    for name in ("Организиран отдих и физическа активност", "Самоподготовка", "Занимания по интереси")
)

# Who teaches from grade V on; in grades I-IV the class has one teacher, but for these subjects.
_DEPARTMENTS = {
    "български език": (_SHORT["БЕЛ"],),
    "английски език": (_SHORT["АЕ"],),
    "немски език": (_SHORT["НЕ"],),
    "математика": (_SHORT["Мат"],),
    "информационни технологии": (_SHORT["КМИТ"], _SHORT["ИТ"], _SHORT["КМ"]),
    "история и философия": (_SHORT["ИЦ"], _SHORT["Фил"], _SHORT["ГО"]),
    "география": (_SHORT["ГИ"],),
    "природни науки": (_SHORT["ЧП"], _SHORT["БЗО"], _SHORT["ХООС"]),
    "физика": (_SHORT["ФА"],),
    "музика": (_SHORT["Муз"],),
    "изобразително изкуство": (_SHORT["ИзИ"], _SHORT["ТП"]),
    "физическо възпитание": (_SHORT["ФВС"],),
}
DEPARTMENTS = {subject: name for name, subjects in _DEPARTMENTS.items() for subject in subjects}
BY_SPECIALISTS_IN_PRIMARY = {_SHORT["АЕ"], _SHORT["КМ"], _SHORT["Муз"]}


def department(subject: str, within: str) -> str:
    """Return who teaches a subject, or a module within its profiling subject."""
    return DEPARTMENTS.get(subject) or DEPARTMENTS[within]
