from django.urls import path

from lantian.content.sharing import views

urlpatterns = [
    path("oai", views.oai, name="sharing_oai"),
    path("resources/feed.atom", views.atom, name="sharing_feed_atom"),
    path("resources/feed.rss", views.rss, name="sharing_feed_rss"),
    path("sharing/imports/", views.imports, name="sharing_imports"),
    path("sharing/imports/new/", views.new_import, name="sharing_import_new"),
    path("sharing/imports/<uuid:pk>/", views.bulk, name="sharing_import"),
    path("sharing/imports/<uuid:pk>/act/", views.bulk_act, name="sharing_import_act"),
    path("sharing/imports/<uuid:pk>/rows/", views.rows, name="sharing_import_rows"),
    path("sharing/cartridges/open/<uuid:pk>/", views.open_cartridge, name="sharing_cartridge_open"),
    path("sharing/cartridges/<uuid:pk>/", views.cartridge, name="sharing_cartridge"),
    path("sharing/cartridges/<uuid:pk>/act/", views.cartridge_act, name="sharing_cartridge_act"),
    path("sharing/cartridges/<uuid:pk>/parts/", views.cartridge_parts, name="sharing_cartridge_parts"),
    path("sharing/neighbours/", views.neighbours, name="sharing_neighbours"),
    path("sharing/neighbours/new/", views.new_neighbour, name="sharing_neighbour_new"),
    path("sharing/neighbours/<uuid:pk>/", views.neighbour, name="sharing_neighbour"),
    path("sharing/neighbours/<uuid:pk>/act/", views.neighbour_act, name="sharing_neighbour_act"),
]
