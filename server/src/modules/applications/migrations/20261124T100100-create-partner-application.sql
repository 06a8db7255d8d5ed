set role liaison_owner;

create table partner_application (
  id uuid primary key default uuidv7(),
  reference text not null unique check (reference ~ '^PA-[0-9A-HJKMNP-TV-Z]{8}$'),
  kind text check (kind in ('referral', 'reseller', 'wholesaler', 'msp', 'enterprise_hq', 'auditor', 'white_label')),
  requirements_version integer not null default 1 check (requirements_version > 0),
  answers jsonb not null default '{}' check (jsonb_typeof(answers) = 'object' and octet_length(answers::text) <= 20000),
  organisation text generated always as (left(answers ->> 'organisation', 200)) stored,
  company_key text generated always as ((answers ->> 'country') || ':' || nullif(upper(regexp_replace(answers ->> 'registration_no', '[^0-9A-Za-z]', '', 'g')), '')) stored,
  contact_email text not null check (contact_email = lower(contact_email) and char_length(contact_email) between 3 and 254),
  status text not null default 'draft' check (status in ('draft', 'submitted', 'needs_info', 'approved', 'rejected', 'withdrawn')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  verified_at timestamptz,
  submitted_at timestamptz,
  answer_by date,
  decided_at timestamptz,
  decided_by uuid,
  decided_by_name text,
  decision_reason text check (decision_reason in ('incomplete', 'not_verified', 'checks_failed', 'not_a_fit', 'duplicate', 'other')),
  decision_text text check (char_length(decision_text) between 1 and 1000),
  decision_checks jsonb,
  despite_checks text check (char_length(despite_checks) between 1 and 500),
  reapply_after timestamptz,
  partner_id uuid references partner (id),
  check (status not in ('submitted', 'needs_info', 'approved', 'rejected') or (submitted_at is not null and kind is not null)),
  check ((status in ('approved', 'rejected')) = (decided_at is not null and decided_by is not null and decision_checks is not null)),
  check ((status = 'approved') = (partner_id is not null)),
  check ((status = 'rejected') = (decision_reason is not null and decision_text is not null and reapply_after is not null))
);
comment on table partner_application is 'An organisation that asks to become a partner. Nobody of the provider sees it before it was sent, and it is sent by whoever reads the mails of its address alone (C1).';
comment on column partner_application.requirements_version is 'Which version of what each kind is asked was in force when it was begun.';
comment on column partner_application.company_key is 'Country and company number without separators, to find the same company again; null without both.';
comment on column partner_application.verified_at is 'When somebody first came by the link that was mailed to the address.';
comment on column partner_application.decision_checks is 'The checks as whoever decided saw them.';
comment on column partner_application.despite_checks is 'Why it was approved although a check failed.';
create index on partner_application (status, submitted_at);
create index on partner_application (contact_email, created_at);
create index on partner_application (company_key) where company_key is not null;
create index on partner_application (partner_id) where partner_id is not null;
call private.protect('partner_application');
call private.audit_changes('partner_application', false);

create table partner_application_key (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  application_id uuid not null references partner_application (id) on delete cascade,
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '14 days'
);
comment on table partner_application_key is 'The digests of the links that were mailed to the address of an application; each opens that one application for 14 days.';
create index on partner_application_key (application_id, created_at);
call private.protect('partner_application_key');

create table partner_application_message (
  id uuid primary key default uuidv7(),
  application_id uuid not null references partner_application (id),
  side text not null check (side in ('provider', 'applicant')),
  author_name text not null check (char_length(author_name) between 1 and 200),
  body text not null check (char_length(body) between 1 and 2000),
  created_at timestamptz not null default now()
);
comment on table partner_application_message is 'Questions of the provider about an application and the answers. History: a row never changes.';
create index on partner_application_message (application_id, created_at);
call private.protect('partner_application_message');
call private.audit_changes('partner_application_message', false);
create trigger append_only before update or delete on partner_application_message for each row execute function private.refuse_change();
create trigger no_truncate before truncate on partner_application_message for each statement execute function private.refuse_change();

-- The applicant, who has no sign-in: the pages find the application by the digest of the mailed link.
create policy applying on partner_application for insert to liaison_auth with check ((select access.context_plane()) = 'auth' and status = 'draft');
create policy applying_read on partner_application for select to liaison_auth using ((select access.context_plane()) = 'auth');
create policy applying_change on partner_application for update to liaison_auth
  using ((select access.context_plane()) = 'auth' and status in ('draft', 'submitted', 'needs_info')) with check (status in ('draft', 'submitted', 'needs_info', 'withdrawn'));
grant select (id, reference, kind, requirements_version, answers, organisation, contact_email, status, version, created_at, verified_at, submitted_at, answer_by, decided_at, decision_reason, decision_text, reapply_after),
  insert (reference, contact_email, requirements_version), update (kind, answers, status, verified_at, submitted_at, answer_by) on partner_application to liaison_auth;
create policy mailing on partner_application_key to liaison_auth using ((select access.context_plane()) = 'auth') with check ((select access.context_plane()) = 'auth');
grant select, insert (token_hash, application_id) on partner_application_key to liaison_auth;
create policy answering on partner_application_message for insert to liaison_auth with check ((select access.context_plane()) = 'auth' and side = 'applicant');
create policy answering_read on partner_application_message for select to liaison_auth using ((select access.context_plane()) = 'auth');
grant select, insert (application_id, side, author_name, body) on partner_application_message to liaison_auth;

-- The provider, who sees what was sent and never a draft.
create policy provider_read on partner_application for select to liaison_platform using ((select access.context_plane()) = 'platform' and submitted_at is not null);
create policy deciding_application on partner_application for update to liaison_platform
  using ((select access.context_plane()) = 'platform' and status in ('submitted', 'needs_info'))
  with check (status in ('needs_info', 'approved', 'rejected') and (status = 'needs_info' or decided_by = (select access.context_id('actor_id'))));
grant select, update (status, answer_by, decided_at, decided_by, decided_by_name, decision_reason, decision_text, decision_checks, despite_checks, partner_id) on partner_application to liaison_platform;
-- A question goes out with a link to the page on which it is answered.
create policy asking on partner_application_key for insert to liaison_platform with check ((select access.context_plane()) = 'platform');
grant insert (token_hash, application_id) on partner_application_key to liaison_platform;
create policy asking on partner_application_message for insert to liaison_platform with check ((select access.context_plane()) = 'platform' and side = 'provider');
create policy provider_read on partner_application_message for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (application_id, side, author_name, body) on partner_application_message to liaison_platform;

-- What nobody came back to: unopened for a day, or untouched for 60.
create policy tidying on partner_application for delete to liaison_job
  using ((select access.context_plane()) = 'system' and status = 'draft' and updated_at < statement_timestamp() - case when verified_at is null then interval '1 day' else interval '60 days' end);
create policy tidying_read on partner_application for select to liaison_job using ((select access.context_plane()) = 'system' and status = 'draft');
grant select (id, status, verified_at, updated_at), delete on partner_application to liaison_job;
create policy tidying on partner_application_key for delete to liaison_job using ((select access.context_plane()) = 'system' and ends_at < statement_timestamp());
create policy tidying_read on partner_application_key for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (application_id, ends_at), delete on partner_application_key to liaison_job;

create policy own_application on partner_application for select to liaison_program using (partner_id = (select access.own_partner()));
grant select (id, partner_id, submitted_at, decided_at) on partner_application to liaison_program;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('application', 'draft', 'submitted', 'send', 'requester'),
  ('application', 'draft', 'withdrawn', 'withdraw', 'requester'),
  ('application', 'submitted', 'withdrawn', 'withdraw', 'requester'),
  ('application', 'needs_info', 'withdrawn', 'withdraw', 'requester'),
  ('application', 'needs_info', 'submitted', 'answer', 'requester'),
  ('application', 'submitted', 'needs_info', 'ask', 'provider'),
  ('application', 'submitted', 'approved', 'approve', 'provider'),
  ('application', 'submitted', 'rejected', 'decline', 'provider'),
  ('application', 'needs_info', 'rejected', 'decline', 'provider');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- Until when an address cannot send another application because one of its was declined; null when it can.
create function access.application_waits_until(email text) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select max(a.reapply_after) from public.partner_application a
  where a.contact_email = email and a.status = 'rejected' and a.reapply_after > statement_timestamp()
  $$;
grant execute on function access.application_waits_until(text) to liaison_owner, liaison_auth;

reset role;
set role liaison_owner;

-- What no handler can step around: legal moves by the right side, answers by the applicant alone and never after the decision, the decision
-- in the own name, and 30 days between a decline and the next application of that address (C1).
create function private.enforce_application() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case session_user when 'liaison_auth' then 'requester' else private.side_of_login() end;
begin
  if tg_op = 'INSERT' then
    if side is not null and (new.status <> 'draft' or side <> 'requester') then
      raise exception 'an application begins as a draft' using errcode = 'check_violation', constraint = 'application_transition';
    end if;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := statement_timestamp();
  if side is null then
    return new;
  end if;
  if old.status in ('approved', 'rejected', 'withdrawn') then
    raise exception 'a finished application is history' using errcode = 'check_violation', constraint = 'application_transition';
  end if;
  if (new.id, new.reference, new.contact_email, new.created_at, new.requirements_version) is distinct from (old.id, old.reference, old.contact_email, old.created_at, old.requirements_version)
    or (old.submitted_at is not null and (new.kind, new.submitted_at) is distinct from (old.kind, old.submitted_at))
    or (side <> 'requester' and new.answers <> old.answers) then
    raise exception 'an application keeps whose it is and what it asks for' using errcode = 'check_violation', constraint = 'application_identity';
  end if;
  if new.status = old.status then
    return new;
  end if;
  if not exists (
    select from state_transition t where t.entity = 'application' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an application from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'application_transition';
  end if;
  if old.status = 'draft' and new.status = 'submitted' and access.application_waits_until(new.contact_email) is not null then
    raise exception 'an application of this address was declined lately' using errcode = 'check_violation', constraint = 'application_too_soon';
  end if;
  if new.status = 'rejected' then
    new.reapply_after := statement_timestamp() + interval '30 days';
  end if;
  return new;
end
$$;
create trigger enforce_application before insert or update on partner_application for each row execute function private.enforce_application();

reset role;
