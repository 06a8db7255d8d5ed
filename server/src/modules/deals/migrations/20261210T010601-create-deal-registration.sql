set role liaison_owner;

create table deal_registration (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  company_name text not null check (char_length(company_name) between 1 and 200),
  domain text check (domain ~ '^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$'),
  contact_name text check (char_length(contact_name) between 1 and 200),
  contact_email text check (char_length(contact_email) between 3 and 254 and contact_email = lower(contact_email)),
  prospect_key text not null check (char_length(prospect_key) between 3 and 254),
  expected_minor bigint check (expected_minor > 0 and expected_minor < 9007199254740992),
  expected_currency text check (expected_currency ~ '^[A-Z]{3}$'),
  notes text check (char_length(notes) between 1 and 2000),
  state text not null default 'submitted' check (state in ('submitted', 'approved', 'rejected', 'won', 'lost', 'expired')),
  created_by uuid not null,
  created_by_name text not null default '',
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by uuid,
  decided_by_name text,
  reason text check (char_length(reason) between 1 and 500),
  protected_until timestamptz,
  ended_at timestamptz,
  referral_id uuid references referral (id),
  version integer not null default 1,
  check ((expected_minor is null) = (expected_currency is null)),
  check ((decided_at is null) = (decided_by is null)),
  check (state not in ('approved', 'won', 'expired') or (decided_at is not null and protected_until is not null)),
  check (state <> 'rejected' or reason is not null),
  check ((state in ('submitted', 'approved')) = (ended_at is null)),
  check ((state = 'won') = (referral_id is not null))
);
comment on table deal_registration is 'A prospect that a partner works on. Approved by the provider, it counts before codes and clicks when the prospect signs up in time (D12).';
comment on column deal_registration.prospect_key is 'By which two registrations are of one prospect: the domain, else that of the contact, or the address itself where the domain is a free mail service.';
comment on column deal_registration.reason is 'Why the provider refused it or ended its protection; the partner reads it.';
comment on column deal_registration.protected_until is 'Until when a sign-up counts; set by the database when it is approved.';
create unique index deal_registration_protected on deal_registration (prospect_key) where state = 'approved';
create unique index deal_registration_own_open on deal_registration (partner_id, prospect_key) where state in ('submitted', 'approved');
create unique index deal_registration_won on deal_registration (referral_id) where referral_id is not null;
create index on deal_registration (partner_id, created_at desc);
create index on deal_registration (state, created_at desc);
create index on deal_registration (prospect_key, decided_at);
create index on deal_registration (contact_email, decided_at) where contact_email is not null;
create index on deal_registration (protected_until) where state = 'approved';
create index deal_registration_contact on deal_registration (ended_at) where contact_name is not null or contact_email is not null or notes is not null;
call private.protect('deal_registration');
call private.audit_changes('deal_registration', false);
create trigger no_truncate before truncate on deal_registration for each statement execute function private.refuse_change();
create trigger no_delete before delete on deal_registration for each row execute function private.refuse_change();

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('deal_registration', 'submitted', 'approved', 'approve', 'provider'),
  ('deal_registration', 'submitted', 'rejected', 'reject', 'provider'),
  ('deal_registration', 'submitted', 'lost', 'withdraw', 'partner'),
  ('deal_registration', 'approved', 'lost', 'withdraw', 'partner'),
  ('deal_registration', 'approved', 'lost', 'end', 'provider'),
  ('deal_registration', 'approved', 'won', 'win', 'clock'),
  ('deal_registration', 'approved', 'expired', 'expire', 'clock'),
  ('deal_registration', 'approved', 'expired', 'expire', 'provider'),
  ('deal_registration', 'expired', 'won', 'win', 'clock');
alter table state_transition force row level security;

-- Partners see and register deals: owners all of the partner's, staff those that they registered themselves.
create policy own_deals on deal_registration for select to liaison_program
  using (partner_id = (select access.partner_of_owner()) or (partner_id = (select access.own_partner()) and created_by = (select access.context_id('actor_id'))));
create policy registering on deal_registration for insert to liaison_program
  with check (partner_id = (select access.own_partner()) and created_by = (select access.context_id('actor_id')) and (select access.context_plane()) = 'program');
create policy withdrawing on deal_registration for update to liaison_program
  using (partner_id = (select access.partner_of_owner()) or (partner_id = (select access.own_partner()) and created_by = (select access.context_id('actor_id'))))
  with check (partner_id = (select access.own_partner()));
create policy provider_side on deal_registration for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy deciding_on on deal_registration for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on deal_registration for select to liaison_job using ((select access.context_plane()) = 'system');
create policy ending on deal_registration for update to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy winning on deal_registration for update to liaison_authz using (true) with check (true);
grant select (id, partner_id, company_name, domain, contact_name, contact_email, expected_minor, expected_currency, notes, state, created_by, created_by_name, created_at, decided_at, reason, protected_until, ended_at, referral_id, version) on deal_registration to liaison_program;
grant insert (partner_id, company_name, domain, contact_name, contact_email, expected_minor, expected_currency, notes, created_by, created_by_name), update (state) on deal_registration to liaison_program;
grant select, update (state, reason) on deal_registration to liaison_platform;
grant select (id, partner_id, company_name, state, prospect_key, protected_until, ended_at, contact_name, contact_email, notes), update (state, contact_name, contact_email, notes) on deal_registration to liaison_job;
grant update (state, referral_id) on deal_registration to liaison_authz;

reset role;
