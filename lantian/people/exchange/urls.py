from django.urls import path

from lantian.people.exchange import api
from lantian.people.exchange.views import corrections, details, exports, imports, sheets, weeks

urlpatterns = [
    path("imports/", imports.imports, name="exchange_imports"),
    path("imports/new/", imports.new_import, name="exchange_import_new"),
    path("imports/sheets/new/", sheets.new_sheets, name="exchange_sheets_new"),
    path("imports/sheets/template/<slug:kind>.xlsx", sheets.sheet_template, name="exchange_sheet_template"),
    path("imports/weeks/new/", weeks.new_week, name="exchange_week_new"),
    path("imports/weeks/<uuid:week_id>/", weeks.week, name="exchange_week"),
    path("imports/<uuid:run_id>/columns/", sheets.sheet_columns, name="exchange_sheet_columns"),
    path("imports/<uuid:run_id>/corrections/", corrections.corrections, name="exchange_corrections"),
    path("imports/<uuid:run_id>/corrections/history/", corrections.history, name="exchange_correction_history"),
    path("imports/<uuid:run_id>/corrections/rows/<int:row_id>/", corrections.correct_row, name="exchange_correct_row"),
    path(
        "imports/<uuid:run_id>/corrections/files/<int:finding_id>/", corrections.leave_file, name="exchange_leave_file"
    ),
    path("imports/<uuid:run_id>/corrections/returned/", corrections.returned, name="exchange_returned"),
    path("imports/<uuid:run_id>/schools/", corrections.schools, name="exchange_schools"),
    path("imports/<uuid:run_id>/schools/<uuid:school_id>/send/", corrections.send, name="exchange_send_errors"),
    path("imports/<uuid:run_id>/schools/<uuid:school_id>/errors.xlsx", corrections.book, name="exchange_errors_book"),
    path("imports/<uuid:run_id>/", imports.import_run, name="exchange_import"),
    path("imports/<uuid:run_id>/progress/", imports.import_progress, name="exchange_import_progress"),
    path("imports/<uuid:run_id>/confirm/", imports.import_confirm, name="exchange_import_confirm"),
    path("imports/<uuid:run_id>/cancel/", imports.import_cancel, name="exchange_import_cancel"),
    path("imports/<uuid:run_id>/check/", imports.import_check, name="exchange_import_check"),
    path("imports/<uuid:run_id>/findings/", details.import_findings, name="exchange_import_findings"),
    path("imports/<uuid:run_id>/rows/", details.import_rows, name="exchange_import_rows"),
    path("exports/", exports.exports, name="exchange_exports"),
    path("exports/new/", exports.new_export, name="exchange_export_new"),
    path("exports/<uuid:pk>/", exports.export, name="exchange_export"),
    path("exports/<uuid:pk>/cancel/", exports.export_cancel, name="exchange_export_cancel"),
    path("exports/<uuid:pk>/file/", exports.export_file, name="exchange_export_file"),
    *api.urlpatterns,
]
