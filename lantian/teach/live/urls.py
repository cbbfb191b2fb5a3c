from django.urls import path

from lantian.teach.live import views

urlpatterns = [
    path("live/lessons/<uuid:lesson_id>/", views.lesson_page, name="live_lesson"),
    path("live/lessons/<uuid:lesson_id>/teach/", views.teach, name="live_teach"),
    path("live/lessons/<uuid:lesson_id>/watch/", views.watch, name="live_watch"),
    path("live/lessons/<uuid:lesson_id>/open/", views.open_, name="live_open"),
    path("live/lessons/<uuid:lesson_id>/extend/", views.extend, name="live_extend"),
    path("live/lessons/<uuid:lesson_id>/end/", views.end, name="live_end"),
    path("live/lessons/<uuid:lesson_id>/attendance/", views.attendance, name="live_attendance"),
    path("live/lessons/<uuid:lesson_id>/events.json", views.events, name="live_events"),
    path("live/lessons/<uuid:lesson_id>/polls/", views.polls, name="live_polls"),
    path("live/lessons/<uuid:lesson_id>/polls/prepare/", views.prepare, name="live_poll_prepare"),
    path("live/polls/<uuid:poll_id>/remove/", views.remove_poll, name="live_poll_remove"),
    path("live/lessons/<uuid:lesson_id>/chat/", views.chat, name="live_chat"),
    path("live/words/", views.words, name="live_words"),
    path("live/words/<uuid:word_id>/remove/", views.remove_word, name="live_word_remove"),
    path("live/lessons/<uuid:lesson_id>/pages/", views.pages, name="live_pages"),
    path("live/lessons/<uuid:lesson_id>/prepare/", views.prepare_pages, name="live_prepare"),
    path("live/lessons/<uuid:lesson_id>/boards/", views.add_board, name="live_boards"),
    path("live/sheets/<uuid:page_id>/", views.change_page, name="live_sheet"),
    path("live/pages/<uuid:upload_id>/remove/", views.remove, name="live_page_remove"),
    path("live/pages/<uuid:page_id>/<str:size>.webp", views.page_image, name="live_page_image"),
    path("live/tickets/<uuid:session_id>/", views.ticket, name="live_ticket"),
    path("live/keys/<uuid:key_id>", views.key, name="live_key"),
    path("live/screen/", views.screen, name="live_screen"),
    path("live/screen/day/", views.screen_day, name="live_screen_day"),
]
