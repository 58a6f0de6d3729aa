from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0008_longer_page_token'),
    ]

    operations = [
        migrations.AddField(
            model_name='rawrejectedrecord',
            name='observed_at',
            field=models.DateTimeField(blank=True, help_text='When its source was seen to hold it.', null=True),
        ),
    ]
