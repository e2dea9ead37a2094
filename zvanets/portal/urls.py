"""The family's pages, beneath /p/."""

from django.urls import path

from zvanets.portal.views import absences, book, diary, home, pace, people, pin, purse, settings

app_name = "portal"
_CHILD = "<int:school_id>/<int:student_id>/"
_CONTACT = f"{_CHILD}settings/contacts/<int:contact_id>/"
_ORDER = f"{_CHILD}settings/purse/orders/<int:invoice_no>/"
urlpatterns = [
    path("", home.home, name="home"),
    path(_CHILD, home.home, name="child"),
    path(f"{_CHILD}new/", home.new, name="new"),
    path(f"{_CHILD}read/", home.read, name="read"),
    path(f"{_CHILD}news/", diary.news, name="news"),
    path(f"{_CHILD}grades/", diary.grades, name="grades"),
    path(f"{_CHILD}grades/average/", diary.average, name="average"),
    path(f"{_CHILD}absences/", absences.absences, name="absences"),
    path(f"{_CHILD}absences/notice/", absences.notice, name="notice"),
    path(f"{_CHILD}absences/notices/<int:notice_id>/withdraw/", absences.withdraw, name="withdraw_notice"),
    path(f"{_CHILD}absences/files/<int:notice_file_id>/", absences.file, name="notice_file"),
    path(f"{_CHILD}remarks/", diary.remarks, name="remarks"),
    path(f"{_CHILD}homework/", diary.homework, name="homework"),
    path(f"{_CHILD}homework/files/<int:file_id>/", diary.homework_file, name="homework_file"),
    path(f"{_CHILD}week/", diary.week, name="week"),
    path(f"{_CHILD}calendar/", book.calendar, name="calendar"),
    path(f"{_CHILD}care/", book.care, name="care"),
    path(f"{_CHILD}printed/", diary.printed, name="printed"),
    path(f"{_CHILD}people/", people.people, name="people"),
    path(f"{_CHILD}people/<int:right_id>/withdraw/", people.withdraw_reader, name="withdraw_reader"),
    path(f"{_CHILD}invitations/<int:invitation_id>/withdraw/", people.withdraw_waiting, name="withdraw_invitation"),
    path(f"{_CHILD}settings/", settings.show, name="settings"),
    path(f"{_CHILD}settings/kinds/", settings.choose_kinds, name="kinds"),
    path(f"{_CHILD}settings/language/", settings.choose_words, name="language"),
    path(f"{_CHILD}settings/contacts/", settings.new_address, name="contacts"),
    path(f"{_CHILD}settings/pace/", pace.choose, name="pace"),
    path(f"{_CHILD}settings/pin/", pin.choose, name="pin"),
    path(f"{_CHILD}settings/purse/", purse.show, name="purse"),
    path(f"{_CHILD}settings/purse/plans/<int:plan_id>/", purse.buy, name="buy"),
    path(_ORDER, purse.order, name="order"),
    path(f"{_ORDER}code/", purse.desk_code, name="desk_code"),
    path(f"{_ORDER}withdraw/", purse.withdraw, name="withdraw_order"),
    path(_CONTACT, settings.confirm, name="confirm"),
    path(f"{_CONTACT}code/", settings.send_again, name="code"),
    path(f"{_CONTACT}remove/", settings.remove, name="remove"),
]
