from django.urls import path

from lantian.portal.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("open/", views.open_lessons, name="home_open"),
    path("today/", views.today, name="home_today"),
]
