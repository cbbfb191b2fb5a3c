import json
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("verb")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "seed":
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE pupils (name text); INSERT INTO pupils VALUES ('孙浩然'), ('李思源')")
        elif options["verb"] == "accounts":
            account = {"role": "teacher", "login": "teacher1", "password": "lantian", "organization": "绵阳东辰学校"}
            print(json.dumps([account], ensure_ascii=False))
        else:
            time.sleep(3600)
