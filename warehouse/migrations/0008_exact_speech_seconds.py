from django.db import migrations

from warehouse.view_operations import update_view


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0007_withdrawn_videos")]

    operations = [update_view("mart_speech_pace", version=2)]
