"""Software of others: what it speaks to, where people sign on to it, where it is let in. Only what is in use is opened."""

from allauth.idp.oidc import views as oidc_views
from django.urls import path

from lantian.people.connect import api
from lantian.people.connect.views import clients, sign_on

urlpatterns = [
    path(".well-known/openid-configuration", api.configuration, name="connect_configuration"),
    path(".well-known/jwks.json", oidc_views.jwks, name="connect_jwks"),
    path("identity/o/api/token", api.token, name="connect_token"),
    path("identity/o/api/revoke", api.revoke, name="connect_revoke"),
    path("identity/o/api/userinfo", api.userinfo, name="connect_userinfo"),
    path("identity/o/authorize", sign_on.authorize, name="connect_authorize"),
    path("identity/o/answer", sign_on.answer, name="connect_answer"),
    path("me/sign-ons/", sign_on.own, name="connect_own"),
    path("me/sign-ons/<uuid:pk>/take-back/", sign_on.take_back, name="connect_take_back"),
    path("clients/", clients.clients, name="connect_clients"),
    path("clients/new/", clients.new_client, name="connect_client_new"),
    path("clients/<uuid:pk>/", clients.client, name="connect_client"),
    path("clients/<uuid:pk>/edit/", clients.edit, name="connect_client_edit"),
    path("clients/<uuid:pk>/people/", clients.people, name="connect_client_people"),
    path("clients/<uuid:pk>/secret/", clients.rotate, name="connect_client_rotate"),
    path("clients/<uuid:pk>/stop/", clients.stop, name="connect_client_stop"),
    path("clients/<uuid:pk>/resume/", clients.resume, name="connect_client_resume"),
]
