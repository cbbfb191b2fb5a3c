from django.urls import path

from lantian.content.packs import views

urlpatterns = [
    path("packs/", views.packs_list, name="packs_list"),
    path("packs/mine/", views.mine, name="packs_mine"),
    path("packs/new/", views.new, name="packs_new"),
    path("packs/put/<uuid:pk>/", views.put, name="packs_put"),
    path("packs/attachments/<uuid:pk>/off/", views.detach, name="packs_detach"),
    path("packs/attachments/<uuid:pk>/judge/", views.judge, name="packs_judge"),
    path("packs/<uuid:pk>/", views.pack, name="packs_pack"),
    path("packs/<uuid:pk>/edit/", views.edit, name="packs_edit"),
    path("packs/<uuid:pk>/items/", views.items, name="packs_items"),
    path("packs/<uuid:pk>/attach/", views.attach, name="packs_attach"),
    path("packs/<uuid:pk>/act/", views.act, name="packs_act"),
    path("packs/<uuid:pk>/restore/", views.restore, name="packs_restore"),
]
