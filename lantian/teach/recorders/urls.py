from django.urls import path

from lantian.teach.recorders import views

urlpatterns = [
    path("recorders/", views.recorders, name="recorders_list"),
    path("recorders/new/", views.register, name="recorders_register"),
    path("recorders/<uuid:pk>/", views.recorder, name="recorders_recorder"),
    path("recorders/<uuid:pk>/change/", views.change, name="recorders_change"),
    path("recorders/<uuid:pk>/key/", views.renew, name="recorders_renew"),
    path("recorders/<uuid:pk>/switch/", views.switch, name="recorders_switch"),
]
