from datetime import date, timedelta

from django.db import migrations

SOURCE = "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
# (name, first day off, last day off, days worked in exchange)
HOLIDAYS = (
    ("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
    ("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
    ("清明节", date(2026, 4, 4), date(2026, 4, 6), ()),
    ("劳动节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
    ("端午节", date(2026, 6, 19), date(2026, 6, 21), ()),
    ("中秋节", date(2026, 9, 25), date(2026, 9, 27), ()),
    ("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
)


def load(apps, schema_editor):
    SpecialDay = apps.get_model("time", "SpecialDay")
    rows = []
    for name, first, last, exchanged in HOLIDAYS:
        off = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        rows += [SpecialDay(date=day, kind="holiday", name=name, source=SOURCE) for day in off]
        rows += [SpecialDay(date=day, kind="workday", name=name, source=SOURCE) for day in exchanged]
    SpecialDay.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("time", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
