set role liaison_owner;

create table consent_notice (
  consent_id uuid not null references consent (id),
  ends_at timestamptz not null,
  days integer not null check (days in (30, 7, 1)),
  sent_at timestamptz not null default now(),
  primary key (consent_id, ends_at, days)
);
comment on table consent_notice is 'The notices of a coming end that were sent, so that each is sent once for each end.';
call private.protect('consent_notice');
create policy clock on consent_notice to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on consent_notice to liaison_job;

reset role;
