"""What is taught, and to which classes."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from lantian.people.roster.enums import Subject


class Course(models.Model):
    """What is taught: a subject at a grade, or an elective, as a school or bureau offers it (OneRoster "course")."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="courses")
    title = models.CharField(max_length=120)
    code = models.CharField(max_length=40, blank=True)
    subjects = ArrayField(models.CharField(max_length=12, choices=Subject), default=list, blank=True)
    grades = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    school_year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # kept by a trigger

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], condition=~Q(code=""), name="course_code_once")
        ]
        indexes = [models.Index(fields=["organization", "title"], name="course_organization")]

    def __str__(self) -> str:
        return self.title


class CourseOffering(models.Model):
    """That a class takes a course, in one term or (without `session_id`) all year round."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    course = models.ForeignKey(Course, models.PROTECT, related_name="offerings")
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="offerings")
    session_id = models.UUIDField(null=True, blank=True, help_text="kernel.time.AcademicSession")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # kept by a trigger

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "class_group", "session_id"], nulls_distinct=False, name="offering_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id} @ {self.class_group_id}"
