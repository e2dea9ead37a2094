"""What can happen in a school, as `noun.participle`; a verb that reaches parents gets a template in notifications."""

from enum import StrEnum

GRACE_SECONDS = 60


class Verb(StrEnum):
    LESSON_SAVED = "lesson.saved"
    LESSON_VERIFIED = "lesson.verified"
    LESSON_UNVERIFIED = "lesson.unverified"
    TOPIC_WRITTEN = "topic.written"
    MATERIAL_ADDED = "material.added"
    MATERIAL_REMOVED = "material.removed"
    HOUR_CHANGED = "hour.changed"
    HOUR_WITHDRAWN = "hour.withdrawn"
    TEACHER_AWAY = "teacher.away"
    TEACHER_BACK = "teacher.back"
    TOPICS_PLANNED = "topics.planned"
    HOMEWORK_GIVEN = "homework.given"
    HOMEWORK_CHANGED = "homework.changed"
    HOMEWORK_WITHDRAWN = "homework.withdrawn"

    GRADE_GIVEN = "grade.given"
    GRADE_CORRECTED = "grade.corrected"
    GRADE_WITHDRAWN = "grade.withdrawn"

    COMMENT_WRITTEN = "comment.written"
    COMMENT_WITHDRAWN = "comment.withdrawn"
    OVERALL_GIVEN = "overall.given"
    RESULT_SET = "result.set"
    RESIT_ENTERED = "resit.entered"
    EXEMPTION_SET = "exemption.set"
    EXEMPTION_WITHDRAWN = "exemption.withdrawn"
    SPECIAL_NEEDS_SET = "special.set"
    SPECIAL_NEEDS_WITHDRAWN = "special.withdrawn"
    TERM_CLOSED = "term.closed"
    REOPENING_ASKED = "reopening.asked"
    REOPENING_GRANTED = "reopening.granted"
    REOPENING_REFUSED = "reopening.refused"

    ABSENCE_RECORDED = "absence.recorded"
    LATENESS_RECORDED = "lateness.recorded"
    ABSENCE_CHANGED = "absence.changed"
    ABSENCE_EXCUSED = "absence.excused"
    ABSENCE_WITHDRAWN = "absence.withdrawn"
    NOTICE_GIVEN = "notice.given"
    NOTICE_WITHDRAWN = "notice.withdrawn"
    NOTICE_ACCEPTED = "notice.accepted"
    NOTICE_REFUSED = "notice.refused"
    MEDICAL_RECEIVED = "medical.received"
    ABSENCES_CARRIED = "absences.carried"
    ABSENCES_CLOSED = "absences.closed"
    ABSENCES_REOPENED = "absences.reopened"
    LIMIT_NEARED = "limit.neared"

    REMARK_WRITTEN = "remark.written"
    PRAISE_WRITTEN = "praise.written"
    REMARK_WITHDRAWN = "remark.withdrawn"
    SANCTION_IMPOSED = "sanction.imposed"
    SANCTION_WITHDRAWN = "sanction.withdrawn"
    HEALTH_NOTED = "health.noted"
    HEALTH_WITHDRAWN = "health.withdrawn"
    SUPPORT_PLANNED = "support.planned"
    SUPPORT_CHANGED = "support.changed"
    SUPPORT_WITHDRAWN = "support.withdrawn"
    INDIVIDUAL_RECORDED = "individual.recorded"
    INDIVIDUAL_WITHDRAWN = "individual.withdrawn"
    NOTE_WRITTEN = "note.written"
    NOTE_WITHDRAWN = "note.withdrawn"
    MEETING_CALLED = "meeting.called"
    MEETING_CHANGED = "meeting.changed"
    MEETING_WITHDRAWN = "meeting.withdrawn"
    MEETING_REMINDED = "meeting.reminded"
    EVENT_ANNOUNCED = "event.announced"
    EVENT_CHANGED = "event.changed"
    EVENT_WITHDRAWN = "event.withdrawn"
    EVENT_REMINDED = "event.reminded"
    PLAN_PROPOSED = "plan.proposed"
    PLAN_CHANGED = "plan.changed"
    PLAN_WITHDRAWN = "plan.withdrawn"
    WORK_PLANNED = "work.planned"
    WORK_CHANGED = "work.changed"
    WORK_WITHDRAWN = "work.withdrawn"
    MESSAGE_SENT = "message.sent"
    MESSAGE_URGED = "message.urged"
    MESSAGE_WITHDRAWN = "message.withdrawn"

    ACCOUNT_CREATED = "account.created"
    ROLE_GRANTED = "role.granted"
    ROLE_WITHDRAWN = "role.withdrawn"
    RIGHT_GRANTED = "right.granted"
    RIGHT_WITHDRAWN = "right.withdrawn"
    APPLICATION_FILED = "application.filed"
    APPLICATION_SEEN = "application.seen"
    APPLICATION_GRANTED = "application.granted"
    APPLICATION_REFUSED = "application.refused"
    INVITATION_MADE = "invitation.made"
    INVITATION_TAKEN = "invitation.taken"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    CONTACT_ADDED = "contact.added"
    CONTACT_CONFIRMED = "contact.confirmed"
    CONTACT_DISABLED = "contact.disabled"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    CODE_ISSUED = "code.issued"
    PIN_ISSUED = "pin.issued"
    PIN_LOCKED = "pin.locked"
    PIN_UNLOCKED = "pin.unlocked"
    LOG_IN_ISSUED = "login.issued"
    SECOND_FACTOR_REMOVED = "secondfactor.removed"
    TARIFF_OFFERED = "tariff.offered"
    TARIFF_CLOSED = "tariff.closed"
    PURSE_ORDERED = "purse.ordered"
    PURSE_PAID = "purse.paid"
    PURSE_SURPLUS = "purse.surplus"
    PURSE_WITHDRAWN = "purse.withdrawn"
    PURSE_REFUNDED = "purse.refunded"
    PURSE_ENDING = "purse.ending"
    PURSE_ENDED = "purse.ended"
    REGISTER_CHANGED = "register.changed"
    TIMETABLE_DRAFTED = "timetable.drafted"
    TIMETABLE_PUT_IN_FORCE = "timetable.put_in_force"
    SETTINGS_CHANGED = "settings.changed"
    SCHOOL_IMPORTED = "school.imported"
    CONTACTS_INVENTED = "contacts.invented"
    BODY_ERASED = "body.erased"

    @property
    def is_told(self) -> bool:
        """Whether families hear of it at all; of the others no outbox row is made, whatever the act says."""
        return self.startswith(TOLD)

    @property
    def grace_seconds(self) -> int:
        """How long parents are not told when the school says nothing: a slip corrected in time frightens nobody."""
        return 0 if self.startswith(TOLD_AT_ONCE) else GRACE_SECONDS


# What a child did, got or has to do, and that somebody tried their PINs; the rest is the school's own work.
TOLD = (
    "absence.", "event.", "grade.", "health.", "homework.", "hour.", "individual.", "lateness.", "limit.", "meeting.", "message.",
    "note.", "notice.accepted", "notice.refused", "pin.locked", "praise.", "purse.ending", "purse.ended", "remark.", "sanction.", "support.", "work.",
    "comment.", "exemption.", "overall.", "resit.", "result.", "special.",
)  # fmt: skip
# Whether a child came to school cannot wait, nor that somebody tries to get in; a reminder is no slip of anybody's.
TOLD_AT_ONCE = ("absence.", "event.reminded", "lateness.", "meeting.reminded", "pin.locked", "message.urged")


class Read(StrEnum):
    """What somebody looked at or took out; kept unchained, by month, for 12 months."""

    STUDENT_OPENED = "student.opened"
    PLANS_OPENED = "plans.opened"
    PAGE_PRINTED = "page.printed"
    DATA_EXPORTED = "data.exported"
    REASONS_OPENED = "reasons.opened"
