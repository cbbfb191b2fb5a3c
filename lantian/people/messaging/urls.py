from django.urls import path

from lantian.people.messaging.views import inbox, notices, settings

urlpatterns = [
    path("inbox/", inbox.inbox, name="messaging_inbox"),
    path("inbox/act/", inbox.inbox_act, name="messaging_inbox_act"),
    path("inbox/settings/", settings.settings, name="messaging_settings"),
    path("inbox/settings/device/", settings.device, name="messaging_device"),
    path("inbox/settings/device/<uuid:pk>/drop/", settings.device_drop, name="messaging_device_drop"),
    path("inbox/settings/mail/<str:token>/", settings.mail_confirm, name="messaging_mail_confirm"),
    path("inbox/unsubscribe/<str:token>/", settings.mail_unsubscribe, name="messaging_unsubscribe"),
    path("inbox/<uuid:pk>/", inbox.message, name="messaging_message"),
    path("inbox/<uuid:pk>/act/", inbox.message_act, name="messaging_message_act"),
    path("notices/", notices.notices, name="messaging_notices"),
    path("notices/new/", notices.notice_new, name="messaging_notice_new"),
    path("notices/<uuid:pk>/", notices.notice, name="messaging_notice"),
    path("notices/<uuid:pk>/act/", notices.notice_act, name="messaging_notice_act"),
    path("notices/<uuid:pk>/recipients/", notices.recipients, name="messaging_recipients"),
]
