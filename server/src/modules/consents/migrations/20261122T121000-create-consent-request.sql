set role liaison_owner;

create table consent_request (
  id uuid primary key default uuidv7(),
  uid_hash bytea not null unique,
  client_id uuid not null,
  partner_id uuid not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  actions text[] not null check (cardinality(actions) > 0),
  customer_hint text check (char_length(customer_hint) <= 200),
  access_duration_seconds integer not null check (access_duration_seconds between 1 and 63158400),
  purpose text check (char_length(purpose) <= 500),
  reference text check (char_length(reference) <= 200),
  grant_action text not null default 'create' check (grant_action in ('create', 'merge', 'replace')),
  delegation_id uuid references delegation (id),
  person_id uuid not null references person (id),
  person_name text not null,
  tenant_id uuid references tenant (id),
  status text not null default 'open' check (status in ('open', 'waiting', 'approved', 'denied', 'ended')),
  choice jsonb,
  shown jsonb,
  result_id uuid references delegation (id),
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamptz,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '10 minutes',
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  check ((grant_action = 'create') = (delegation_id is null)),
  check (status not in ('waiting', 'approved') or (tenant_id is not null and choice is not null and shown is not null)),
  check (status <> 'approved' or (result_id is not null and decided_by is not null)),
  check (status <> 'waiting' or first_approved_by is not null),
  check (first_approved_by is null or status <> 'approved' or decided_by <> first_approved_by)
);
comment on table consent_request is 'What an API client asks a person to allow, from the authorization request until somebody decides or time runs out.';
comment on column consent_request.uid_hash is 'The digest of the interaction that waits for the answer; whoever knows only this table cannot answer it.';
comment on column consent_request.delegation_id is 'The consent that the client wants to have widened (merge) or exchanged (replace).';
comment on column consent_request.choice is 'What was chosen of what was asked; carried to the second approver as it is.';
comment on column consent_request.shown is 'What the approver was shown, word for word.';
comment on column consent_request.result_id is 'The consent that the answer made or changed.';
comment on column consent_request.ends_at is 'Ten minutes after it was opened; seven days after a first of two approvals.';
create index on consent_request (person_id);
create index on consent_request (tenant_id, status);
create index on consent_request (result_id);
create index on consent_request (ends_at) where status in ('open', 'waiting');
call private.protect('consent_request');
call private.audit_changes('consent_request', false);

create policy own_request on consent_request to liaison_auth
  using (person_id = (select access.context_id('actor_id'))) with check (person_id = (select access.context_id('actor_id')));
-- Before an organisation was chosen the request belongs to the person alone; afterwards to those who decide for the organisation.
create policy deciding_side on consent_request to liaison_tenant
  using (case when status = 'open' then person_id = (select access.context_id('actor_id')) else tenant_id in (select access.reach('delegation', 'select')) end)
  with check (tenant_id in (select access.reach('delegation', 'update')));
create policy clock on consent_request to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert (uid_hash, client_id, partner_id, scopes, actions, customer_hint, access_duration_seconds, purpose, reference, grant_action, delegation_id, person_id, person_name),
  update (status, decided_by, decided_by_name, decided_at) on consent_request to liaison_auth;
grant select, update (tenant_id, status, choice, shown, result_id, first_approved_by, first_approved_by_name, first_approved_at, decided_by, decided_by_name, decided_at, ends_at) on consent_request to liaison_tenant;
grant select, update (status, decided_at) on consent_request to liaison_job;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('consent_request', 'open', 'waiting', 'approve', 'tenant'),
  ('consent_request', 'open', 'approved', 'approve', 'tenant'),
  ('consent_request', 'open', 'denied', 'decline', 'tenant'),
  ('consent_request', 'open', 'denied', 'decline', 'requester'),
  ('consent_request', 'open', 'ended', 'lapse', 'clock'),
  ('consent_request', 'waiting', 'approved', 'approve', 'tenant'),
  ('consent_request', 'waiting', 'denied', 'decline', 'tenant'),
  ('consent_request', 'waiting', 'ended', 'lapse', 'clock');
alter table state_transition force row level security;

-- What no handler can step around: a request is what it was when it was opened, it is answered once, by the person whom it was opened for,
-- and a second approval is another person's.
create function private.enforce_consent_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case session_user when 'liaison_auth' then 'requester' else private.side_of_login() end;
  actor uuid := access.context_id('actor_id');
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'requester' or actor is null or new.status <> 'open' then
      raise exception 'a request is opened by the person who is asked' using errcode = 'check_violation', constraint = 'consent_request_opening';
    end if;
    return new;
  end if;
  if (new.uid_hash, new.client_id, new.partner_id, new.scopes, new.actions, new.customer_hint, new.access_duration_seconds, new.purpose, new.reference, new.grant_action, new.delegation_id, new.person_id)
    is distinct from (old.uid_hash, old.client_id, old.partner_id, old.scopes, old.actions, old.customer_hint, old.access_duration_seconds, old.purpose, old.reference, old.grant_action, old.delegation_id, old.person_id)
    or (old.tenant_id is not null and new.tenant_id is distinct from old.tenant_id)
    or (old.first_approved_by is not null and (new.first_approved_by, new.choice, new.shown) is distinct from (old.first_approved_by, old.choice, old.shown)) then
    raise exception 'what was asked and what a first approver chose never changes' using errcode = 'check_violation', constraint = 'consent_request_identity';
  end if;
  if new.status = old.status or not exists (
    select from state_transition t where t.entity = 'consent_request' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a request from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'consent_request_transition';
  end if;
  if side = 'clock' then
    if old.ends_at > statement_timestamp() then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'consent_request_transition';
    end if;
    return new;
  end if;
  if old.status = 'open' and old.person_id is distinct from actor then
    raise exception 'a request is answered by the person whom it was opened for' using errcode = 'check_violation', constraint = 'consent_request_person';
  end if;
  if new.status in ('waiting', 'approved') and old.ends_at <= statement_timestamp() then
    raise exception 'the time for this answer is over' using errcode = 'check_violation', constraint = 'consent_request_over';
  end if;
  if (new.status = 'waiting' and new.first_approved_by is distinct from actor)
    or (new.status = 'approved' and (new.decided_by is distinct from actor or new.decided_by = old.first_approved_by)) then
    raise exception 'an approval names its person, and the second is another one' using errcode = 'check_violation', constraint = 'consent_request_two_people';
  end if;
  return new;
end
$$;
create trigger enforce_consent_request before insert or update on consent_request for each row execute function private.enforce_consent_request();

-- The trigger that guards consents asks what kind of partner is let in.
create policy kinds_checking on partner for select to liaison_owner using (true);

-- Which organisations can be chosen for a client that is tried out, and for one that is live.
grant select (is_sandbox) on tenant to liaison_auth;

reset role;
