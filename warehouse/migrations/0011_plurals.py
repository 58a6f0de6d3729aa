from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('warehouse', '0010_transcript_quality'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='dimcategory',
            options={'verbose_name_plural': 'dim categories'},
        ),
        migrations.AlterModelOptions(
            name='dimcountry',
            options={'verbose_name_plural': 'dim countries'},
        ),
        migrations.AlterModelOptions(
            name='martchanneltotals',
            options={'managed': False, 'verbose_name_plural': 'mart channel totals'},
        ),
        migrations.AlterModelOptions(
            name='marttranscriptquality',
            options={'managed': False, 'verbose_name_plural': 'mart transcript quality'},
        ),
        migrations.AlterModelOptions(
            name='martvideocurrent',
            options={'managed': False, 'verbose_name_plural': 'mart video current'},
        ),
    ]
