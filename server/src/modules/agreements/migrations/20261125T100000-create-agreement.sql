-- A trusted extension that comes with PostgreSQL: whose agreement, and when it holds, in one index.
create extension if not exists btree_gist;

set role liaison_owner;

create table program (
  id uuid primary key default uuidv7(),
  code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  name text not null check (char_length(name) between 1 and 100),
  defaults jsonb not null default '{}' check (jsonb_typeof(defaults) = 'object' and octet_length(defaults::text) <= 16384),
  timezone text not null default 'UTC' check (char_length(timezone) between 1 and 64),
  four_eyes text not null default 'approval' check (four_eyes in ('off', 'approval', 'offer_and_approval')),
  status text not null default 'active' check (status in ('active', 'closed')),
  created_at timestamptz not null default now()
);
comment on table program is 'A partner program: what agreements are about. One row at first, the default program with the code standard (D4).';
comment on column program.defaults is 'The terms that a new template begins with.';
comment on column program.four_eyes is 'What whoever drafted an agreement does not do itself: approve it, offer and approve it, or nothing of that.';
call private.protect('program');
alter table program no force row level security;
insert into program (code, name, defaults) values ('standard', 'Partner program', '{"components":[{"id":"commission","max_months":12,"model":"percent","products":null,"rate_bp":1000,"trigger":"invoice"}],"hold_days":30,"clawback":{"flat":"full_only","window_days":90},"min_payout":{"USD":5000},"post_termination_months":0,"attribution":{"model":"last_touch","window_days":90}}');
alter table program force row level security;
call private.audit_changes('program', false);

create table agreement_template (
  id uuid primary key default uuidv7(),
  code text not null check (code ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  number integer not null check (number >= 1),
  title text not null check (char_length(title) between 1 and 200),
  source text not null check (char_length(source) between 1 and 60000 and source is nfc normalized and position(chr(13) in source) = 0),
  terms jsonb not null check (jsonb_typeof(terms) = 'object' and octet_length(terms::text) <= 16384),
  created_by_name text not null default '',
  created_at timestamptz not null default now(),
  unique (code, number)
);
comment on table agreement_template is 'A text with placeholders and the terms it begins with. A change is a further number; nothing is edited.';
call private.protect('agreement_template');

create table agreement (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  program_id uuid not null references program (id),
  version integer not null check (version >= 1),
  state text not null default 'draft' check (state in ('draft', 'offered', 'signed', 'active', 'superseded', 'terminated', 'declined', 'withdrawn', 'expired', 'rejected')),
  title text not null check (char_length(title) between 1 and 200),
  template_id uuid not null references agreement_template (id),
  source text not null check (char_length(source) between 1 and 60000 and source is nfc normalized and position(chr(13) in source) = 0),
  body text not null check (char_length(body) between 1 and 80000 and body is nfc normalized and position(chr(13) in body) = 0),
  terms_canonical text not null check (octet_length(terms_canonical) <= 16384),
  terms jsonb not null generated always as (terms_canonical::jsonb) stored,
  content_sha256 bytea not null check (octet_length(content_sha256) = 32),
  starts_at timestamptz,
  expires_at timestamptz,
  effective tstzrange not null default 'empty',
  offered_at timestamptz,
  signed_at timestamptz,
  approved_at timestamptz,
  ended_at timestamptz,
  terminates_at timestamptz,
  reason text check (char_length(reason) between 1 and 1000),
  notice_at timestamptz,
  notice_by_name text,
  notice_reason text check (char_length(notice_reason) between 1 and 1000),
  warned_at timestamptz,
  created_by uuid,
  created_by_name text not null default '',
  offered_by uuid,
  offered_by_name text,
  row_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (partner_id, program_id, version),
  unique (partner_id, id),
  -- What is earned under an agreement names all three: one check instead of three.
  unique (partner_id, program_id, id),
  constraint agreement_effective exclude using gist (partner_id with =, program_id with =, effective with &&),
  check (state = 'draft' or (state = 'withdrawn' and offered_at is null) or (offered_at is not null and expires_at is not null)),
  check ((state in ('active', 'superseded', 'terminated')) = (approved_at is not null)),
  check (state not in ('declined', 'rejected', 'terminated') or reason is not null)
);
comment on table agreement is 'One version of what the provider and a partner agree on: text and machine-readable terms with one fingerprint, frozen from the moment it is offered (D4).';
comment on column agreement.source is 'The text with its placeholders; body is it with every placeholder filled from the terms.';
comment on column agreement.terms_canonical is 'The terms as the one text that RFC 8785 gives them.';
comment on column agreement.content_sha256 is 'SHA-256 of "agreement/1\n", the digest of body and the digest of terms_canonical; computed by the database.';
comment on column agreement.effective is 'When it is in force, half-open; empty for what was never approved. Decides everything that asks which agreement holds at an instant.';
comment on column agreement.expires_at is 'Until when an offer can be signed; what was not signed by then is expired, whether or not a job has noted it.';
create unique index agreement_one_active on agreement (partner_id, program_id) where state = 'active';
create unique index agreement_one_open on agreement (partner_id, program_id) where state in ('draft', 'offered', 'signed');
create index on agreement (state, updated_at);
create index on agreement (content_sha256);
call private.protect('agreement');
call private.audit_changes('agreement', false);
create trigger no_delete before delete on agreement for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement for each statement execute function private.refuse_change();

create table agreement_signature (
  id uuid primary key default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null,
  signer_name text not null,
  signer_email text not null,
  member_role text not null check (member_role = 'PARTNER_OWNER'),
  typed_name text not null check (char_length(typed_name) between 2 and 200),
  capacity text not null check (char_length(capacity) between 1 and 100),
  auth_method text not null check (auth_method in ('otp', 'phishing_resistant')),
  auth_at timestamptz not null,
  ip inet,
  user_agent text,
  locale text check (char_length(locale) <= 100),
  time_zone text check (char_length(time_zone) <= 64),
  content_sha256 bytea not null check (octet_length(content_sha256) = 32),
  consent_text text not null check (char_length(consent_text) between 1 and 4000),
  consent_sha256 bytea not null,
  displayed_at timestamptz not null,
  signed_at timestamptz not null default statement_timestamp(),
  constraint agreement_signature_once unique (agreement_id),
  constraint agreement_signature_member foreign key (partner_id, member_id) references partner_member (partner_id, id),
  constraint agreement_signature_agreement foreign key (partner_id, agreement_id) references agreement (partner_id, id),
  check (consent_sha256 = sha256(convert_to(consent_text, 'UTF8'))),
  check (displayed_at <= signed_at)
);
comment on table agreement_signature is 'The evidence of a signature: who, how that was checked, what was shown and agreed to. Only a membership of the partner can have one, so a platform admin has none (D4).';
comment on column agreement_signature.capacity is 'As what the signer said to sign, for example "Managing director".';
create index on agreement_signature (partner_id);
call private.protect('agreement_signature');
call private.audit_changes('agreement_signature', false);
create trigger append_only before update or delete on agreement_signature for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement_signature for each statement execute function private.refuse_change();

create table agreement_approval (
  id uuid primary key default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  kind text not null default 'approval' check (kind = 'approval'),
  approver_id uuid not null references person (id),
  approver_name text not null,
  auth_method text not null,
  auth_at timestamptz,
  ip inet,
  user_agent text,
  content_sha256 bytea not null check (octet_length(content_sha256) = 32),
  approved_at timestamptz not null default statement_timestamp(),
  constraint agreement_approval_once unique (agreement_id),
  constraint agreement_approval_agreement foreign key (partner_id, agreement_id) references agreement (partner_id, id)
);
comment on table agreement_approval is 'That somebody of the provider approved a signed agreement; never a signature (D4).';
create index on agreement_approval (partner_id);
call private.protect('agreement_approval');
call private.audit_changes('agreement_approval', false);
create trigger append_only before update or delete on agreement_approval for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement_approval for each statement execute function private.refuse_change();

create table agreement_event (
  id uuid primary key default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  number integer not null check (number >= 1),
  occurred_at timestamptz not null,
  action text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null,
  actor_id uuid,
  actor_name text,
  details jsonb not null default '{}',
  previous_hash bytea check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  unique (agreement_id, number),
  foreign key (partner_id, agreement_id) references agreement (partner_id, id),
  check ((number = 1) = (previous_hash is null))
);
comment on table agreement_event is 'What became of an agreement, in order; each line carries the hash of the line before it.';
create index on agreement_event (partner_id);
call private.protect('agreement_event');
call private.audit_changes('agreement_event', false);
create trigger append_only before update or delete on agreement_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement_event for each statement execute function private.refuse_change();

create table agreement_file (
  id uuid primary key default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  kind text not null check (kind in ('signed', 'approved')),
  digest bytea not null check (digest = sha256(bytes)),
  bytes bytea not null check (octet_length(bytes) between 1 and 5000000),
  seal text not null check (seal in ('development', 'configured')),
  created_at timestamptz not null default now(),
  constraint agreement_file_once unique (agreement_id, kind),
  foreign key (partner_id, agreement_id) references agreement (partner_id, id)
);
comment on table agreement_file is 'The sealed PDF of an agreement as it was signed and as it was approved, with its own SHA-256.';
create index on agreement_file (partner_id);
create index on agreement_file (digest);
call private.protect('agreement_file');
call private.audit_changes('agreement_file', false);
create trigger append_only before update or delete on agreement_file for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement_file for each statement execute function private.refuse_change();

create policy keeping on program for select to liaison_owner using (true);
create policy keeping on agreement to liaison_owner using (true) with check (true);
create policy keeping on agreement_signature for select to liaison_owner using (true);
create policy keeping on agreement_approval for select to liaison_owner using (true);
create policy keeping on agreement_event to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('agreement', 'draft', 'offered', 'offer', 'provider'),
  ('agreement', 'draft', 'withdrawn', 'discard', 'provider'),
  ('agreement', 'offered', 'signed', 'sign', 'partner'),
  ('agreement', 'offered', 'declined', 'decline', 'partner'),
  ('agreement', 'offered', 'withdrawn', 'withdraw', 'provider'),
  ('agreement', 'offered', 'expired', 'expire', 'clock'),
  ('agreement', 'signed', 'active', 'approve', 'provider'),
  ('agreement', 'signed', 'rejected', 'reject', 'provider'),
  ('agreement', 'active', 'superseded', 'supersede', 'provider'),
  ('agreement', 'active', 'terminated', 'terminate', 'provider');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- The partner of this transaction if whoever acts is one of its active owners; null otherwise.
create function access.agreement_owner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active' and pm.role = 'PARTNER_OWNER'
    and access.context_plane() = 'program'
$$;
grant execute on function access.agreement_owner() to liaison_program, liaison_owner;

-- The agreement of the default program that is in force for a partner at an instant; null when there is none. People of a partner are told
-- of their own alone.
create function access.agreement_at(partner uuid, at timestamptz) returns uuid
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (session_user = 'liaison_program' and partner is distinct from access.own_partner()) then
    return null;
  end if;
  return (select g.id from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = agreement_at.partner and g.effective @> at);
end
$$;

-- The machine-readable terms of an agreement. People of a partner read those of their own: owners all of them, staff what is in force.
create function access.agreement_terms(agreement uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  found public.agreement;
begin
  select * into found from public.agreement g where g.id = agreement_terms.agreement;
  if (session_user = 'liaison_program' and not coalesce(found.partner_id = access.own_partner()
    and (found.partner_id = access.agreement_owner() or found.effective @> statement_timestamp()), false)) then
    return null;
  end if;
  return found.terms;
end
$$;
grant execute on function access.agreement_at(uuid, timestamptz), access.agreement_terms(uuid) to liaison_platform, liaison_program, liaison_ingest, liaison_job, liaison_owner;

-- Who acts in this transaction, as their records and their session say now: the evidence of a signature or an approval is taken from here,
-- never from what a handler passes.
create function access.acting_evidence() returns table (person_id uuid, person_name text, person_email text, factor text, factor_at timestamptz, ip inet, user_agent text)
  language sql stable security definer rows 1
  set search_path = pg_catalog
  as $$
  select h.id, h.name, h.email, s.factor, s.factor_at, (access.context() ->> 'ip')::inet, access.context() ->> 'user_agent'
  from public.person h
  join public.session s on s.id = access.context_id('session_id') and s.person_id = h.id and s.ended_at is null
  where h.id = access.context_id('actor_id') and h.status = 'active'
$$;
grant execute on function access.acting_evidence() to liaison_owner;

-- Whether a person is now an active member of a partner, in this role or any.
create function access.is_partner_member(partner uuid, person uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.partner_member m where m.partner_id = partner and m.person_id = person and m.status = 'active') $$;
grant execute on function access.is_partner_member(uuid, uuid) to liaison_owner;

create function access.partner_is_active(partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.partner p where p.id = partner and p.status = 'active') $$;
grant execute on function access.partner_is_active(uuid) to liaison_owner;

reset role;
set role liaison_owner;

create policy platform_read on program for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy own_read on program for select to liaison_program using ((select access.own_partner()) is not null);
create policy platform_all on agreement_template to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_all on agreement to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_read on agreement_signature for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_all on agreement_approval to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_read on agreement_event for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_all on agreement_file to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');

-- Owners see every version that was ever offered, staff the one in force; drafts are the provider's own matter.
create policy own_history on agreement for select to liaison_program using (partner_id = (select access.agreement_owner()) and offered_at is not null);
create policy own_current on agreement for select to liaison_program using (partner_id = (select access.own_partner()) and effective @> statement_timestamp());
create policy own_answer on agreement for update to liaison_program using (partner_id = (select access.agreement_owner()) and offered_at is not null) with check (partner_id = (select access.agreement_owner()));
create policy own on agreement_signature to liaison_program using (partner_id = (select access.agreement_owner())) with check (partner_id = (select access.agreement_owner()));
create policy own on agreement_approval for select to liaison_program using (partner_id = (select access.agreement_owner()));
create policy own on agreement_event for select to liaison_program using (partner_id = (select access.agreement_owner()) and exists (select from agreement g where g.id = agreement_id));
create policy own on agreement_file to liaison_program using (partner_id = (select access.agreement_owner())) with check (partner_id = (select access.agreement_owner()) and kind = 'signed');
create policy own_current on agreement_file for select to liaison_program using (partner_id = (select access.own_partner()) and exists (select from agreement g where g.id = agreement_id and g.effective @> statement_timestamp()));
create policy own_work on agreement to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');

grant select on program, agreement_template, agreement, agreement_signature, agreement_approval, agreement_event, agreement_file to liaison_platform;
grant update (four_eyes, defaults) on program to liaison_platform;
create policy platform_change on program for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant insert (code, number, title, source, terms, created_by_name) on agreement_template to liaison_platform;
grant insert (partner_id, program_id, title, template_id, source, body, terms_canonical, starts_at) on agreement to liaison_platform;
grant update (title, template_id, source, body, terms_canonical, starts_at, state, expires_at, reason, terminates_at) on agreement to liaison_platform;
grant insert (agreement_id, partner_id, content_sha256) on agreement_approval to liaison_platform;
grant insert (agreement_id, partner_id, kind, digest, bytes, seal) on agreement_file to liaison_platform, liaison_program;
grant select on program, agreement, agreement_signature, agreement_approval, agreement_event, agreement_file to liaison_program;
grant update (state, reason, notice_reason) on agreement to liaison_program;
grant insert (agreement_id, partner_id, member_id, typed_name, capacity, locale, time_zone, content_sha256, consent_text, displayed_at) on agreement_signature to liaison_program;
grant select, update (state, warned_at) on agreement to liaison_job;

-- An agreement as it is now: an offer that ran out is expired although nobody has noted it.
create view agreement_overview with (security_invoker = true) as
  select g.id, g.partner_id, g.program_id, g.version, case when g.state = 'offered' and g.expires_at <= statement_timestamp() then 'expired' else g.state end as state,
    g.title, g.template_id, g.source, g.body, g.terms_canonical, g.content_sha256, g.starts_at, g.expires_at, lower(g.effective) as effective_from, upper(g.effective) as effective_until,
    g.effective @> statement_timestamp() as is_in_force, g.offered_at, g.signed_at, g.approved_at, g.ended_at, g.terminates_at, g.reason, g.notice_at, g.notice_by_name, g.notice_reason,
    g.created_by, g.created_by_name, g.offered_by, g.offered_by_name, g.row_version, g.created_at, g.updated_at, p.name as partner_name
  from agreement g join partner p on p.id = g.partner_id;
grant select on agreement_overview to liaison_platform, liaison_program;

-- The template that an installation begins with.
alter table agreement_template no force row level security;
insert into agreement_template (code, number, title, source, terms, created_by_name)
select 'standard', 1, 'Partner agreement', E'# Partner agreement\n\nThis agreement is between {{provider}} ("we") and {{partner}} ("you").\n\n## 1. What you do\n\nYou tell organisations about our services. An organisation counts as referred by you when it signs up with one of your codes, or within {{attribution_days}} days after it followed one of your links. When several partners send the same organisation, {{attribution_model}}.\n\n## 2. What you earn\n\n{{commission}}\n\n## 3. When it is yours\n\nEvery amount waits {{hold_days}} days before we pay it. {{clawback}}\n\n## 4. How you are paid\n\nWe pay each currency by itself, once at least {{minimum_payout}} is due to you.\n\n## 5. What you see\n\nOf an organisation that you referred you see its name, its short name, its status, the day it signed up, its plan, what it pays in a month and its number with us. You see nothing else, and being our partner opens no account of theirs.\n\n## 6. How it ends\n\nEither side may end this agreement. {{after_the_end}}\n', defaults, 'Liaison'
from program where code = 'standard';
alter table agreement_template force row level security;
call private.audit_changes('agreement_template', false);
create trigger append_only before update or delete on agreement_template for each row execute function private.refuse_change();
create trigger no_truncate before truncate on agreement_template for each statement execute function private.refuse_change();

reset role;
