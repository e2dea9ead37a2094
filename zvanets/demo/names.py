"""Lists of invented people: first names with the middle name of their children, family names in both genders."""

from dataclasses import dataclass
from random import Random

# A father's first name and the middle name it gives his son; a daughter's ends in „а“.
_MEN = """
Александър Александров|Алекс Алексов|Ангел Ангелов|Андрей Андреев|Антон Антонов|Асен Асенов|Атанас Атанасов
Благой Благоев|Богдан Богданов|Божидар Божидаров|Борис Борисов|Боян Боянов|Валентин Валентинов|Васил Василев
Велизар Велизаров|Венцислав Венциславов|Виктор Викторов|Владимир Владимиров|Георги Георгиев|Димитър Димитров
Деян Деянов|Добромир Добромиров|Емил Емилов|Живко Живков|Захари Захариев|Ивайло Ивайлов|Иван Иванов|Илия Илиев
Йордан Йорданов|Калоян Калоянов|Камен Каменов|Кирил Кирилов|Константин Константинов|Крум Крумов|Лъчезар Лъчезаров
Любомир Любомиров|Мартин Мартинов|Методи Методиев|Милен Миленов|Мирослав Мирославов|Михаил Михайлов|Момчил Момчилов
Никола Николов|Николай Николаев|Огнян Огнянов|Орлин Орлинов|Павел Павлов|Пенчо Пенчев|Петко Петков|Петър Петров
Пламен Пламенов|Радослав Радославов|Росен Росенов|Румен Руменов|Светлин Светлинов|Симеон Симеонов|Спас Спасов
Станислав Станиславов|Стефан Стефанов|Стоян Стоянов|Теодор Теодоров|Тихомир Тихомиров|Тодор Тодоров|Филип Филипов
Христо Христов|Цветан Цветанов|Чавдар Чавдаров|Явор Яворов|Янко Янков|Ясен Ясенов
"""
_WOMEN = """
Александра Анелия Анна Антоания Ася Биляна Божидара Боряна Валентина Валерия Ванеса Василена Велика Венета Вера
Весела Виктория Виолета Габриела Галина Гергана Дарина Деница Десислава Диана Дияна Елена Елица Емилия Жана Живка
Зорница Ива Ивайла Ивелина Ивет Илиана Ирина Калина Камелия Катерина Кремена Кристина Лидия Лилия Лора Любомира
Магдалена Мария Маргарита Марина Мая Мила Милена Михаела Моника Надежда Невена Нели Никол Петя Полина Преслава
Рада Радина Ралица Росица Румяна Савина Сияна Снежана София Станимира Стефани Теодора Цветелина Юлия Яна Яница
"""
_FAMILIES = """
Аврамов Ангелов Андонов Арнаудов Балкански Бонев Ботев Бояджиев Бранков Бързаков Василев Велев Вранчев Върбанов
Ганчев Генов Глушков Гогов Горанов Гърнев Даскалов Делчев Димов Добрев Донев Драганов Дърводелски Желев Желязков
Загорски Здравков Златев Иванов Игнатов Казаков Калчев Камбуров Караджов Кацаров Койчев Колев Костов Кръстев Кунев
Лазаров Лалев Липов Луков Манев Маринов Медникаров Минков Мирчев Младенов Наков Недев Нейков Ненов Огнев Орлов
Павлов Палазов Панайотов Пеев Пенев Пеловски Петров Планински Попов Радев Райчев Русев Савов Самарджиев Сивков
Славов Соколов Стамов Стоев Табаков Танев Тенев Терзиев Тонев Топалов Узунов Филев Хаджиев Цанев Цонев Чакъров
Чернев Шишков Щерев Юруков Янев
"""
# Not every name follows the pattern: no middle name, or the same family name for both genders.
_OTHER_MEN = "Мехмед Ахмед Емре Али Денис Марко Даниел"
_OTHER_WOMEN = "Айше Емине Елиф Зейнеб Злата Оксана Клара"
_OTHER_FAMILIES = "Юмер Мустафа Али Селим Бондаренко Шмит Роси"


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(pair.split()[0], pair.split()[1]) for line in text.split("\n") for pair in line.split("|") if pair]


MEN = _pairs(_MEN)
WOMEN = _WOMEN.split()
FAMILIES = _FAMILIES.split()
PATRONYMICS = dict(MEN)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    first: str
    middle: str
    last: str
    gender: str  # m, f

    @property
    def full(self) -> str:
        return " ".join(filter(None, (self.first, self.middle, self.last)))

    @property
    def short(self) -> str:
        return f"{self.first} {self.last}"


def for_woman(family: str) -> str:
    """Return a family or middle name as a woman bears it: „Иванов“ is „Иванова“, „Загорски“ „Загорска“."""
    if family.endswith(("ов", "ев")):
        return f"{family}а"
    return f"{family[:-1]}а" if family.endswith("ски") else family


def adult(rng: Random, gender: str, family: str | None = None) -> Person:
    """Return a grown-up, of the given family when it has one."""
    last = family or rng.choice(FAMILIES)
    first, middle = rng.choice(MEN)[0], rng.choice(MEN)[1]
    if gender == "f":
        return Person(rng.choice(WOMEN), for_woman(middle), for_woman(last), gender)
    return Person(first, middle, last, gender)


def child(rng: Random, gender: str, family: str, father: str) -> Person:
    """Return a child: the middle name comes from the father's first one."""
    middle = PATRONYMICS.get(father, "")
    if gender == "f":
        return Person(rng.choice(WOMEN), for_woman(middle), for_woman(family), gender)
    return Person(rng.choice(MEN)[0], middle, family, gender)


def newcomer(rng: Random, gender: str) -> Person:
    """Return a child whose name has no middle part and one form for all."""
    firsts = _OTHER_WOMEN if gender == "f" else _OTHER_MEN
    return Person(rng.choice(firsts.split()), "", rng.choice(_OTHER_FAMILIES.split()), gender)
