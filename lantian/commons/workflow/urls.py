from django.urls import path

from lantian.commons.workflow import views

urlpatterns = [
    path("workflow/", views.home, name="workflow_home"),
    path("workflow/todo/", views.todo, name="workflow_todo"),
    path("workflow/applications/", views.applications, name="workflow_applications"),
    path("workflow/stand-in/", views.stand_in, name="workflow_stand_in"),
    path("workflow/stand-in/<uuid:pk>/end/", views.stand_in_end, name="workflow_stand_in_end"),
    path("workflow/applications/<uuid:pk>/", views.application, name="workflow_application"),
    path("workflow/applications/<uuid:pk>/edit/", views.edit, name="workflow_edit"),
    path("workflow/definitions/", views.definitions, name="workflow_definitions"),
    path("workflow/definitions/new/", views.define, name="workflow_define"),
    path("workflow/definitions/<uuid:pk>/", views.definition, name="workflow_definition"),
    path("workflow/definitions/<uuid:pk>/facts/", views.facts, name="workflow_facts"),
    path("workflow/definitions/<uuid:pk>/fields/", views.field, name="workflow_field_new"),
    path("workflow/definitions/<uuid:pk>/fields/<slug:key>/", views.field, name="workflow_field"),
    path("workflow/definitions/<uuid:pk>/steps/", views.step, name="workflow_step_new"),
    path("workflow/definitions/<uuid:pk>/steps/<slug:key>/", views.step, name="workflow_step"),
    path("workflow/<uuid:pk>/", views.matter, name="workflow_matter"),
]
