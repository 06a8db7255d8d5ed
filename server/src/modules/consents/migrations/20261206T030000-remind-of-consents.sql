set role liaison_owner;

create table consent_reminder (
  consent_id uuid not null references consent (id),
  kind text not null check (kind in ('still', 'unused')),
  sent_on date not null default (now() at time zone 'UTC')::date,
  sent_at timestamptz not null default now(),
  primary key (consent_id, kind, sent_on)
);
comment on table consent_reminder is 'The reminders that an application still has access, or does not use it, so that each is sent once for its time.';
call private.protect('consent_reminder');
create policy clock on consent_reminder to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on consent_reminder to liaison_job;

reset role;
set role liaison_authz;

grant execute on function access.delegation_last_used(public.delegation) to liaison_job;

reset role;
