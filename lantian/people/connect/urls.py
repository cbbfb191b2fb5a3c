"""Software of others: where it gets its tokens, and the pages where it is let in. Only what is in use is opened."""

from allauth.idp.oidc import views as oidc_views
from django.urls import path

from lantian.people.connect import views

urlpatterns = [
    path("identity/o/api/token", oidc_views.token, name="connect_token"),
    path("identity/o/api/revoke", oidc_views.revoke, name="connect_revoke"),
    path("clients/", views.clients, name="connect_clients"),
    path("clients/new/", views.new_client, name="connect_client_new"),
    path("clients/<uuid:pk>/", views.client, name="connect_client"),
    path("clients/<uuid:pk>/secret/", views.rotate, name="connect_client_rotate"),
    path("clients/<uuid:pk>/stop/", views.stop, name="connect_client_stop"),
    path("clients/<uuid:pk>/resume/", views.resume, name="connect_client_resume"),
]
