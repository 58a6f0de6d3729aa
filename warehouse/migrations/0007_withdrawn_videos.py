from django.db import migrations

from warehouse.view_operations import create_view, drop_view, update_view


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0006_more_staging"), ("ingestion", "0010_withdrawal")]

    operations = [
        drop_view("int_channel", version=1),
        update_view("int_video", version=2),
        create_view("int_channel"),
    ]
