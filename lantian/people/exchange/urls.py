from django.urls import path

from lantian.people.exchange.views import details, imports

urlpatterns = [
    path("imports/", imports.imports, name="exchange_imports"),
    path("imports/new/", imports.new_import, name="exchange_import_new"),
    path("imports/<uuid:run_id>/", imports.import_run, name="exchange_import"),
    path("imports/<uuid:run_id>/progress/", imports.import_progress, name="exchange_import_progress"),
    path("imports/<uuid:run_id>/confirm/", imports.import_confirm, name="exchange_import_confirm"),
    path("imports/<uuid:run_id>/cancel/", imports.import_cancel, name="exchange_import_cancel"),
    path("imports/<uuid:run_id>/check/", imports.import_check, name="exchange_import_check"),
    path("imports/<uuid:run_id>/findings/", details.import_findings, name="exchange_import_findings"),
    path("imports/<uuid:run_id>/rows/", details.import_rows, name="exchange_import_rows"),
]
