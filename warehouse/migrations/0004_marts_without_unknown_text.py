from django.db import migrations

from warehouse.view_operations import update_view


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0003_read_marts")]

    operations = [
        update_view("mart_video_current", version=2),
        update_view("mart_channel_totals", version=2),
    ]
