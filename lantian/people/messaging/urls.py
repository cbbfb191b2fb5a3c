from django.urls import path

from lantian.people.messaging.views import inbox, notices

urlpatterns = [
    path("inbox/", inbox.inbox, name="messaging_inbox"),
    path("inbox/act/", inbox.inbox_act, name="messaging_inbox_act"),
    path("inbox/<uuid:pk>/", inbox.message, name="messaging_message"),
    path("inbox/<uuid:pk>/act/", inbox.message_act, name="messaging_message_act"),
    path("notices/", notices.notices, name="messaging_notices"),
    path("notices/new/", notices.notice_new, name="messaging_notice_new"),
    path("notices/<uuid:pk>/", notices.notice, name="messaging_notice"),
    path("notices/<uuid:pk>/act/", notices.notice_act, name="messaging_notice_act"),
    path("notices/<uuid:pk>/recipients/", notices.recipients, name="messaging_recipients"),
]
