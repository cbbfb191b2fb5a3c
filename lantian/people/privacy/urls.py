from django.urls import path

from lantian.people.privacy.views import consents, erasing, looks, retention

urlpatterns = [
    path("consents/", consents.consents, name="privacy_consents"),
    path("people/<uuid:pk>/consent/", consents.consent, name="privacy_consent"),
    path("people/<uuid:pk>/consent/paper/", consents.paper, name="privacy_consent_paper"),
    path("people/<uuid:pk>/consent/withdraw/", consents.withdraw, name="privacy_consent_withdraw"),
    path("people/<uuid:pk>/looks/", looks.looks, name="privacy_looks"),
    path("people/<uuid:pk>/data/", looks.export, name="privacy_export"),
    path("people/<uuid:pk>/erasure/", erasing.ask, name="privacy_ask"),
    path("audit/", looks.audit, name="privacy_audit"),
    path("erasures/", erasing.erasures, name="privacy_erasures"),
    path("erasures/new/", erasing.letter, name="privacy_letter"),
    path("erasures/<uuid:pk>/", erasing.erasure, name="privacy_erasure"),
    path("retention/", retention.retention, name="privacy_retention"),
    path("retention/<str:key>/", retention.kind, name="privacy_retention_kind"),
]
