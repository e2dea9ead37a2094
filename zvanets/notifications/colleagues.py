"""The staff concerned hear of meetings, events and messages when families do: the class's teachers, of the first two the heads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q

from zvanets.accounts.letters import Post, post_all
from zvanets.accounts.models import HEADS, Membership, User
from zvanets.guardians.models import ChannelName
from zvanets.history.models import Entry
from zvanets.notifications.outbox import Waiting
from zvanets.notifications.wording import language_of, words
from zvanets.rules.delivery import Fact, collapse, is_stale
from zvanets.schools.models import ClassGroup, CourseTeacher

NOUNS = ("event", "meeting", "message")
MADE = {"called", "announced", "sent", "urged"}


def write_to_colleagues(waiting: Sequence[Waiting], *, on: date, now: datetime) -> int:
    """Leave the letters with the transaction that empties the outbox, so that each is left once; return how many."""
    concern = [each for each in waiting if each.fact.noun in NOUNS and each.fact.body and not is_stale(each.at, now)]
    truths = _truths(concern)
    if not truths:
        return 0
    actors = _actors(concern)
    posts = [
        _post(fact, user)
        for fact in truths
        for user in _concerned(_books(fact, concern), on, with_heads=fact.noun != "message")
        if user.pk not in actors[fact.noun, fact.object_id]
    ]
    post_all(posts)
    return len(posts)


def _truths(concern: Iterable[Waiting]) -> list[Fact]:
    """Return one fact for each meeting, event or message, whatever number of classes it is told to."""
    facts = [replace(each.fact, student_id=None) for each in concern]
    made = {(fact.noun, fact.object_id) for fact in facts if fact.participle in MADE}
    return collapse(replace(fact, told=(fact.noun, fact.object_id) not in made) for fact in facts)


def _actors(concern: Sequence[Waiting]) -> Mapping[tuple[str, int | None], set[int]]:
    """Return who did it: nobody is told of what they did themselves."""
    nouns = {each.fact.number: each.fact.noun for each in concern}
    found: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    rows = Entry.objects.filter(pk__in=nouns).values_list("pk", "object_id", "actor_id")
    for number, object_id, actor_id in rows:
        found[nouns[number], object_id] |= {actor_id} if actor_id else set()
    return found


def _books(fact: Fact, concern: Iterable[Waiting]) -> set[int]:
    same = [each for each in concern if (each.fact.noun, each.fact.object_id) == (fact.noun, fact.object_id)]
    return {each.class_group_id for each in same if each.class_group_id}


def _concerned(books: set[int], on: date, *, with_heads: bool) -> list[User]:
    teaching = CourseTeacher.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        course__class_group__in=ClassGroup.objects.filter(pk__in=books),
        course__is_valid=True,
        starts_on__lte=on,
    )
    heads = Membership.objects.active(on=on).filter(role__in=HEADS)
    concerned = Q(pk__in=teaching.values("staff_member__user"))
    if with_heads:
        concerned |= Q(pk__in=heads.values("user"))
    return list(User.objects.filter(concerned, is_active=True, email__isnull=False).order_by("pk"))


def _post(fact: Fact, user: User) -> Post:
    language = language_of(user.language)
    said = words(fact.verb, fact.body, channel=ChannelName.EMAIL, language=language, is_private=False)
    return Post(str(user.email), said.subject, "\n".join(said.lines), language)
