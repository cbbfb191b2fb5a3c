from django.urls import path

from lantian.content.taxonomy import api
from lantian.content.taxonomy.views import browsing, coverage, editing, files

urlpatterns = [
    path("taxonomy/", browsing.browse, name="taxonomy_browse"),
    path("taxonomy/frameworks/", browsing.frameworks, name="taxonomy_frameworks"),
    path("taxonomy/frameworks/new/", editing.framework_new, name="taxonomy_framework_new"),
    path("taxonomy/frameworks/<uuid:pk>/", browsing.framework, name="taxonomy_framework"),
    path("taxonomy/frameworks/<uuid:pk>/edit/", editing.framework_edit, name="taxonomy_framework_edit"),
    path("taxonomy/frameworks/<uuid:pk>/revise/", editing.revise, name="taxonomy_revise"),
    path("taxonomy/frameworks/<uuid:pk>/history/", editing.history, name="taxonomy_history"),
    path("taxonomy/frameworks/<uuid:pk>/nodes/new/", editing.node_new, name="taxonomy_node_new"),
    path("taxonomy/frameworks/<uuid:pk>/import/", files.import_file, name="taxonomy_import"),
    path("taxonomy/frameworks/<uuid:pk>/file.csv", files.file_csv, name="taxonomy_file_csv"),
    path("taxonomy/frameworks/<uuid:pk>/case.json", files.file_case, name="taxonomy_file_case"),
    path("taxonomy/uploads/<uuid:pk>/", files.upload, name="taxonomy_upload"),
    path("taxonomy/nodes/", browsing.nodes, name="taxonomy_nodes"),
    path("taxonomy/nodes/<uuid:pk>/", browsing.node, name="taxonomy_node"),
    path("taxonomy/nodes/<uuid:pk>/edit/", editing.node_edit, name="taxonomy_node_edit"),
    path("taxonomy/nodes/<uuid:pk>/move/", editing.move, name="taxonomy_move"),
    path("taxonomy/nodes/<uuid:pk>/retire/", editing.retire, name="taxonomy_retire"),
    path("taxonomy/nodes/<uuid:pk>/merge/", editing.merge, name="taxonomy_merge"),
    path("taxonomy/nodes/<uuid:pk>/split/", editing.split, name="taxonomy_split"),
    path("taxonomy/nodes/<uuid:pk>/link/", editing.link, name="taxonomy_link"),
    path("taxonomy/points/<slug:subject>/", browsing.points, name="taxonomy_points"),
    path("taxonomy/coverage/<slug:subject>/", coverage.coverage, name="taxonomy_coverage"),
    *api.urlpatterns,
]
