import django.db.models.deletion
import zvanets.rules.delivery
import zvanets.tenancy.constraints
import zvanets.tenancy.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('guardians', '0001_initial'),
        ('schools', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('portal', 'портал'), ('email', 'електронна поща'), ('sms', 'SMS'), ('push', 'известие на телефона'), ('voice', 'обаждане')], max_length=6)),
                ('status', models.CharField(choices=[('queued', 'QUEUED'), ('sending', 'SENDING'), ('accepted', 'ACCEPTED'), ('delivered', 'DELIVERED'), ('failed', 'FAILED'), ('unknown', 'UNKNOWN'), ('cancelled', 'CANCELLED')], default=zvanets.rules.delivery.Status['QUEUED'], max_length=10)),
                ('language', models.CharField(max_length=2)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField()),
                ('is_urgent', models.BooleanField(default=False)),
                ('group', models.BigIntegerField(blank=True, null=True)),
                ('wait_minutes', models.PositiveSmallIntegerField(default=0)),
                ('entered_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lost_answers', models.PositiveSmallIntegerField(default=0)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('parts', models.PositiveSmallIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=4, default=0, max_digits=8)),
                ('contact', zvanets.tenancy.fields.SchoolKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='guardians.contact')),
                ('guardian', zvanets.tenancy.fields.SchoolKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='guardians.guardian')),
                ('guardianship', zvanets.tenancy.fields.SchoolKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='guardians.guardianship')),
                ('school', zvanets.tenancy.fields.OwnSchool(on_delete=django.db.models.deletion.PROTECT, to='schools.school')),
                ('student', zvanets.tenancy.fields.SchoolKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='schools.student')),
            ],
        ),
        migrations.CreateModel(
            name='EarlyReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=65)),
                ('number', models.BigIntegerField()),
                ('state', models.CharField(max_length=9)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['reference'], name='early_receipt_by_id'), models.Index(fields=['number'], name='early_receipt_by_number')],
            },
        ),
        migrations.CreateModel(
            name='IncomingSms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('command', models.CharField(max_length=10)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('answer', models.CharField(blank=True, max_length=320)),
                ('reply_to', models.CharField(blank=True, max_length=20)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['number', 'at'], name='incoming_of_a_number'), models.Index(condition=models.Q(('reply_to', ''), _negated=True), fields=['at'], name='incoming_to_answer')],
            },
        ),
        migrations.CreateModel(
            name='SentPart',
            fields=[
                ('pk', models.CompositePrimaryKey('bind', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bind', models.BigIntegerField()),
                ('sequence', models.IntegerField()),
                ('school_id', models.BigIntegerField()),
                ('message_id', models.BigIntegerField()),
                ('part', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('carrier_id', models.CharField(blank=True, default='', max_length=65)),
                ('reference', models.CharField(blank=True, default='', max_length=65)),
                ('state', models.CharField(blank=True, default='', max_length=9)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['school_id', 'message_id'], name='sent_parts_of_a_message'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference'], name='sent_part_of_a_receipt'), models.Index(condition=models.Q(('reference', '')), fields=['number'], name='sent_parts_unanswered')],
            },
        ),
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entry', models.BigIntegerField()),
                ('channel', models.CharField(choices=[('portal', 'портал'), ('email', 'електронна поща'), ('sms', 'SMS'), ('push', 'известие на телефона'), ('voice', 'обаждане')], max_length=6)),
                ('noun', models.CharField(max_length=12)),
                ('object_id', models.BigIntegerField(blank=True, null=True)),
                ('guardian', zvanets.tenancy.fields.SchoolKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='guardians.guardian')),
                ('message', zvanets.tenancy.fields.SchoolKey(on_delete=django.db.models.deletion.CASCADE, related_name='tells', to='notifications.message')),
                ('school', zvanets.tenancy.fields.OwnSchool(on_delete=django.db.models.deletion.PROTECT, to='schools.school')),
            ],
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['school', 'guardian', 'channel', '-created_at'], name='messages_of_a_guardian'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['school', 'created_at'], name='messages_by_time'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('status__in', ('queued', 'sending', 'unknown'))), fields=['channel', 'status', '-is_urgent', 'due_at'], name='messages_due'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=zvanets.tenancy.constraints.Wall(name='notifications_message_wall'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled'])), name='message_has_a_status'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=zvanets.tenancy.constraints.SameSchool(field='guardian', index=False, name='notifications_message_guardian_of_same_school', to='guardians.guardian'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=zvanets.tenancy.constraints.SameSchool(field='guardianship', index=False, name='notifications_message_guardianship_of_same_school', to='guardians.guardianship'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=zvanets.tenancy.constraints.SameSchool(field='student', name='notifications_message_student_of_same_school', to='schools.student'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=zvanets.tenancy.constraints.SameSchool(field='contact', index=False, name='notifications_message_contact_of_same_school', on_delete='SET NULL', to='guardians.contact'),
        ),
        migrations.AddIndex(
            model_name='told',
            index=models.Index(fields=['school', 'noun', 'object_id'], name='told_of_an_object'),
        ),
        migrations.AddConstraint(
            model_name='told',
            constraint=zvanets.tenancy.constraints.Wall(name='notifications_told_wall'),
        ),
        migrations.AddConstraint(
            model_name='told',
            constraint=models.UniqueConstraint(fields=('school', 'entry', 'guardian', 'channel'), name='told_once'),
        ),
        migrations.AddConstraint(
            model_name='told',
            constraint=zvanets.tenancy.constraints.SameSchool(field='guardian', index=False, name='notifications_told_guardian_of_same_school', to='guardians.guardian'),
        ),
        migrations.AddConstraint(
            model_name='told',
            constraint=zvanets.tenancy.constraints.SameSchool(field='message', name='notifications_told_message_of_same_school', to='notifications.message'),
        ),
    ]
