from django.urls import path

from lantian.content.follows import views

urlpatterns = [
    path("follows/", views.news, name="follows_news"),
    path("follows/new/", views.new, name="follows_new"),
    path("follows/act/", views.act, name="follows_act"),
    path("follows/<uuid:pk>/drop/", views.drop, name="follows_drop"),
    path("follows/feeds/<str:secret>.atom", views.atom, name="follows_atom"),
    path("follows/feeds/<str:secret>.json", views.json_feed, name="follows_json"),
]
