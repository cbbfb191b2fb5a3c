from django.urls import path

from lantian.people.privacy.views import consents, looks

urlpatterns = [
    path("consents/", consents.consents, name="privacy_consents"),
    path("people/<uuid:pk>/consent/", consents.consent, name="privacy_consent"),
    path("people/<uuid:pk>/consent/paper/", consents.paper, name="privacy_consent_paper"),
    path("people/<uuid:pk>/consent/withdraw/", consents.withdraw, name="privacy_consent_withdraw"),
    path("people/<uuid:pk>/looks/", looks.looks, name="privacy_looks"),
    path("people/<uuid:pk>/data/", looks.export, name="privacy_export"),
    path("audit/", looks.audit, name="privacy_audit"),
]
