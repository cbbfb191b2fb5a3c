from django.urls import path

from lantian.content.suggested import views

urlpatterns = [
    path("suggested/", views.suggestions, name="suggested_list"),
    path("suggested/card/", views.card, name="suggested_card"),
    path("suggested/act/", views.act, name="suggested_act"),
]
