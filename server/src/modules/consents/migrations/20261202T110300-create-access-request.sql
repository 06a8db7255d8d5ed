set role liaison_owner;

create table access_request (
  id uuid primary key default uuidv7(),
  delegation_id uuid not null references delegation (id),
  tenant_id uuid not null references tenant (id),
  partner_id uuid not null,
  client_id uuid not null,
  partner_name text not null,
  client_name text not null,
  tenant_name text not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  actions text[] not null check (cardinality(actions) between 1 and 100),
  customer_hint text check (char_length(customer_hint) <= 200),
  purpose text check (char_length(purpose) <= 500),
  reference text check (char_length(reference) <= 200),
  status text not null default 'pending' check (status in ('pending', 'waiting', 'approved', 'denied', 'lapsed')),
  answer_id uuid references consent_request (id),
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '7 days',
  decided_at timestamptz,
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  unique (id, delegation_id, client_id),
  check ((status in ('approved', 'denied')) = (decided_at is not null)),
  check (status not in ('waiting', 'approved', 'denied') or answer_id is not null)
);
comment on table access_request is 'What an API client asks a customer for beyond the consent that it holds, until the customer decides or seven days have gone. It opens nothing: whoever decides is asked as for any other consent.';
comment on column access_request.customer_hint is 'The number of an account that is asked for, as the client wrote it; the customer alone knows whether there is one.';
comment on column access_request.answer_id is 'The request of a person under which it was answered, or waits for a second approver.';
-- One question at a time: whoever has to answer is not asked twice.
create unique index access_request_open on access_request (delegation_id) where status in ('pending', 'waiting');
create index on access_request (delegation_id, decided_at) where status = 'denied';
create index on access_request (tenant_id, status);
create index on access_request (partner_id, client_id);
create index on access_request (answer_id);
call private.protect('access_request');
call private.audit_changes('access_request', false);

alter table consent_request add column access_request_id uuid;
alter table consent_request add constraint consent_request_answers foreign key (access_request_id, delegation_id, client_id) references access_request (id, delegation_id, client_id) not valid;
alter table consent_request add constraint consent_request_answer_merges check (access_request_id is null or grant_action = 'merge') not valid;
comment on column consent_request.access_request_id is 'The request of an API client for more than it was allowed, for which this person was asked; null when an authorization request stands behind it.';
grant insert (access_request_id) on consent_request to liaison_auth;

-- The client that asked, and the administrators who are asked.
create policy asking_client on access_request for select to liaison_auth using (client_id = (select access.context_id('actor_id')));
create policy asked_person on access_request for select to liaison_auth using (exists (
  select from tenant_member m where m.tenant_id = access_request.tenant_id and m.person_id = (select access.context_id('actor_id')) and m.role = 'TENANT_ADMIN' and m.status = 'active'));
create policy deciding_side on access_request for select to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select')));
grant select on access_request to liaison_auth, liaison_tenant;
create policy asking on access_request to liaison_authz using (true) with check (true);
grant select, insert, update (status) on access_request to liaison_authz;
create policy answering on access_request to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('access_request', 'pending', 'waiting', 'approve', 'tenant'),
  ('access_request', 'pending', 'approved', 'approve', 'tenant'),
  ('access_request', 'pending', 'denied', 'decline', 'tenant'),
  ('access_request', 'pending', 'lapsed', 'lapse', 'clock'),
  ('access_request', 'waiting', 'approved', 'approve', 'tenant'),
  ('access_request', 'waiting', 'denied', 'decline', 'tenant'),
  ('access_request', 'waiting', 'lapsed', 'lapse', 'clock');
alter table state_transition force row level security;

-- A person is asked for a request that still waits, and as an administrator of the organisation that it is about.
create function private.open_access_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (
    select from access_request a
    join tenant_member m on m.tenant_id = a.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    where a.id = new.access_request_id and a.status = 'pending' and a.ends_at > statement_timestamp()
      and a.actions = new.actions and a.scopes = new.scopes and a.customer_hint is not distinct from new.customer_hint) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'access_request_opening';
  end if;
  return new;
end
$$;
create policy asking_people on tenant_member for select to liaison_owner using (true);
create trigger open_access_request before insert on consent_request for each row when (new.access_request_id is not null) execute function private.open_access_request();

-- The answer of a person is the answer to the request, once, and only for the organisation that it is about. Whoever declines for no
-- organisation has answered for themselves alone.
create function private.answer_access_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  asked access_request;
begin
  if new.tenant_id is null then
    return null;
  end if;
  select * into asked from access_request a where a.id = new.access_request_id for update;
  if new.status = 'ended' then
    update access_request set status = 'lapsed' where id = asked.id and status = 'waiting' and answer_id = new.id;
    return null;
  end if;
  if asked.tenant_id <> new.tenant_id
    or not ((asked.status = 'pending' and asked.ends_at > statement_timestamp()) or (asked.status = 'waiting' and asked.answer_id = new.id)) then
    raise exception 'the request was answered, or is not about this organisation' using errcode = 'check_violation', constraint = 'access_request_answered';
  end if;
  update access_request set status = new.status, answer_id = new.id,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$$;
create trigger answer_access_request after update of status on consent_request for each row when (new.access_request_id is not null) execute function private.answer_access_request();

reset role;
set role liaison_authz;

-- An API client asks a customer for more than its consent opens. Null for a consent that it does not hold; otherwise the request, or why there
-- is none: another one waits, the last one was denied less than seven days ago, or the customer's rules let it not ask. The customer's
-- administrators get the mail in the same transaction.
create function access.ask_for_more(consent_id uuid, wanted jsonb, mail jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  client uuid := access.context_id('actor_id');
  held public.delegation;
  asker public.api_client;
  waiting uuid;
  denied timestamptz;
  made public.access_request;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('access_request', consent_id));
  select d.* into held from public.delegation d join public.consent c on c.id = d.id
  where d.id = consent_id and c.client_id = client and d.status = 'active' and d.ends_at > statement_timestamp();
  if not found then
    return null;
  end if;
  if exists (select from public.tenant_partner_policy p where p.tenant_id = held.tenant_id
    and (p.who_may_ask = 'none' or (p.who_may_ask = 'listed' and held.partner_id <> all (p.listed_partner_ids)))) then
    return jsonb_build_object('refused', 'not_wanted');
  end if;
  update public.access_request a set status = 'lapsed' where a.delegation_id = held.id and a.status = 'pending' and a.ends_at <= statement_timestamp();
  select a.id into waiting from public.access_request a where a.delegation_id = held.id and a.status in ('pending', 'waiting');
  if found then
    return jsonb_build_object('refused', 'pending', 'id', waiting);
  end if;
  select max(a.decided_at) into denied from public.access_request a
  where a.delegation_id = held.id and a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days';
  if denied is not null then
    return jsonb_build_object('refused', 'denied', 'again_at', denied + interval '7 days');
  end if;
  select * into asker from public.api_client k where k.id = client;
  insert into public.access_request (id, delegation_id, tenant_id, partner_id, client_id, partner_name, client_name, tenant_name, scopes, actions, customer_hint, purpose, reference)
  select (wanted ->> 'id')::uuid, held.id, held.tenant_id, held.partner_id, client, p.name, asker.name, t.name,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'customer_hint', wanted ->> 'purpose', wanted ->> 'reference'
  from public.partner p, public.tenant t where p.id = held.partner_id and t.id = held.tenant_id
  returning * into made;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail ->> 'subject', 'text', mail ->> 'text')
  from public.person p
  where p.status = 'active' and exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = held.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active');
  return jsonb_build_object('id', made.id);
end
$$;

-- The scopes that a customer added to a consent because its client asked for them: a grant of before gives tokens with them, too, which no
-- refresh token of before names.
create function access.scopes_added(client uuid, consent_id uuid) returns text[]
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(array_agg(distinct added.scope), '{}')
  from public.access_request a cross join lateral unnest(a.scopes) as added (scope)
  where a.delegation_id = consent_id and a.client_id = client and a.status = 'approved'
$$;
grant execute on function access.ask_for_more(uuid, jsonb, jsonb), access.scopes_added(uuid, uuid) to liaison_auth;

reset role;
