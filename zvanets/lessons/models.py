"""The record of a lesson: that its register was taken, its topic, and the homework given."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from zvanets.files.models import StoredFile
from zvanets.schools.models import Course, Lesson, Subject
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class LessonRecord(SchoolRow):
    """Вписан час. `version` rises with each save; `save_key` is the last save's idempotency key."""

    lesson = SchoolKey(Lesson, models.CASCADE, related_name="records")
    version = models.PositiveIntegerField(default=1)
    save_key = models.UUIDField()
    topic = models.CharField(max_length=1000, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    verified_at = models.DateTimeField(null=True, blank=True)  # проверен от директора: nothing in it changes
    verified_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "lesson"], name="one_record_a_lesson"),
        ]

    def __str__(self) -> str:
        return f"record of lesson {self.lesson_id}"


class Homework(SchoolRow):
    """Домашна работа, given in one lesson and due on a day."""

    course = SchoolKey(Course, models.CASCADE, related_name="homework")
    lesson = SchoolKey(Lesson, models.CASCADE, related_name="homework")
    text = models.CharField(max_length=2000)
    due_on = models.DateField(null=True, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "lesson"], name="one_homework_a_lesson"),
            models.CheckConstraint(condition=~Q(text=""), name="homework_says_something"),
        ]
        indexes = [models.Index(fields=["school", "course", "due_on"], name="homework_of_a_course")]

    def __str__(self) -> str:
        return f"homework of lesson {self.lesson_id}"


class HomeworkFile(StoredFile):
    """What is attached to a homework: a worksheet, a photo of the page."""

    homework = SchoolKey(Homework, models.CASCADE, related_name="files")


class TopicItem(SchoolRow):
    """Тема от годишното разпределение of a course: numbered, for one hour or several."""

    course = SchoolKey(Course, models.CASCADE, related_name="topic_items")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=500)
    note = models.CharField(max_length=500, blank=True)
    hours = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "course", "number"], name="one_topic_a_number"),
            models.CheckConstraint(condition=~Q(title=""), name="topic_has_a_title"),
            models.CheckConstraint(condition=Q(number__range=(1, 999)), name="topic_number_has_three_digits"),
            models.CheckConstraint(condition=Q(hours__range=(1, 40)), name="topic_takes_an_hour_or_more"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class LessonTopic(SchoolRow):
    """That a lesson took a topic of the plan; one lesson may take several, one topic several lessons."""

    lesson = SchoolKey(Lesson, models.CASCADE, related_name="topics")
    item = SchoolKey(TopicItem, models.CASCADE, related_name="lessons")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "lesson", "item"], name="topic_once_a_lesson")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.lesson_id}"


class CellKey(SchoolRow):
    """A cell of a gradebook that was saved: one that is sent again, its answer lost, is not written twice.

    Kept for a month, longer than any page waits for its connection; then the worker clears it.
    """

    key = models.UUIDField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="one_save_a_cell_key")]
        # Rows come in the order of time, so a few pages of BRIN find the old ones at almost no cost to a save.
        indexes = [BrinIndex(fields=["saved_at"], name="cell_keys_by_age")]

    def __str__(self) -> str:
        return str(self.key)


class Reminder(SchoolRow):
    """That a teacher was reminded on a day of lessons not filled in: once, however often the worker starts."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "user", "date"], name="reminded_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.date:%Y-%m-%d}"


class Material(SchoolRow):
    """Методически материал on the school's shelf: of a subject, for a level or for all; a link, files, or both."""

    subject = SchoolKey(Subject, models.CASCADE, related_name="materials")
    level = models.SmallIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200)
    note = models.CharField(max_length=1000, blank=True)
    url = models.URLField(max_length=500, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="material_has_a_title")]

    def __str__(self) -> str:
        return self.title


class MaterialFile(StoredFile):
    """A file of a material."""

    material = SchoolKey(Material, models.CASCADE, related_name="files")
