from django.db import migrations

from warehouse.view_operations import create_view


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0008_exact_speech_seconds")]

    operations = [
        create_view("stg_video_stats"),
        create_view("stg_absence"),
    ]
