from django.urls import path

from lantian.content.interactive import views

urlpatterns = [
    path("interactive/mine/", views.mine, name="interactive_mine"),
    path("interactive/<uuid:pk>/", views.run, name="interactive_run"),
    path("interactive/<uuid:pk>/open/", views.open_, name="interactive_open"),
    path("interactive/<uuid:pk>/save/", views.save, name="interactive_save"),
    path("interactive/resources/<uuid:pk>/", views.runs, name="interactive_runs"),
    # the content origin's
    path("c/<str:ticket>/play/", views.player, name="interactive_player"),
    path("c/<str:ticket>/f/<path:name>", views.file, name="interactive_file"),
]
