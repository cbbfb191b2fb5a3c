import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connect', '0002_sign_on'),
    ]

    operations = [
        migrations.AddField(
            model_name='signon',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='taken back: asked anew, whoever decided for them', null=True),
        ),
        migrations.CreateModel(
            name='SpentToken',
            fields=[
                ('digest', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('family', models.UUIDField()),
                ('expires_at', models.DateTimeField(help_text='when the token would have run out by itself')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connect.client')),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='spent_token_age')],
            },
        ),
    ]
