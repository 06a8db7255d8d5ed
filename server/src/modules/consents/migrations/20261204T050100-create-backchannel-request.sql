set role liaison_owner;

create table backchannel_request (
  id uuid primary key default uuidv7(),
  auth_req_hash bytea not null unique,
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
  binding_message text not null check (char_length(binding_message) between 1 and 120),
  reference text check (char_length(reference) <= 200),
  access_duration_seconds integer not null check (access_duration_seconds between 3600 and 86400),
  status text not null default 'pending' check (status in ('pending', 'waiting', 'approved', 'denied', 'lapsed')),
  answer_id uuid references consent_request (id),
  created_at timestamptz not null default now(),
  ends_at timestamptz not null,
  decided_at timestamptz,
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  unique (id, client_id),
  check (ends_at <= created_at + interval '15 minutes'),
  check ((status in ('approved', 'denied')) = (decided_at is not null)),
  check (status not in ('waiting', 'approved', 'denied') or answer_id is not null)
);
comment on table backchannel_request is 'What an API client asks a customer, in which it holds a consent already, to approve now and without a browser (CIBA), until somebody decides or its minutes have gone. It opens nothing: whoever decides is asked as for any other consent.';
comment on column backchannel_request.auth_req_hash is 'The digest of the id with which the client asks what became of it; whoever knows only this table gets no token.';
comment on column backchannel_request.delegation_id is 'The consent of the client under which it may ask; what is approved is a consent of its own.';
comment on column backchannel_request.binding_message is 'What it is for, in the words of the client; shown to whoever decides, and kept as the purpose of the consent.';
-- One question at a time: whoever has to answer is not asked twice.
create unique index backchannel_request_open on backchannel_request (delegation_id) where status in ('pending', 'waiting');
create index on backchannel_request (delegation_id, created_at);
create index on backchannel_request (tenant_id, status);
create index on backchannel_request (partner_id, client_id);
create index on backchannel_request (answer_id);
call private.protect('backchannel_request');
call private.audit_changes('backchannel_request', false);

alter table consent_request add column backchannel_request_id uuid;
alter table consent_request add constraint consent_request_backchannel foreign key (backchannel_request_id, client_id) references backchannel_request (id, client_id) not valid;
alter table consent_request add constraint consent_request_backchannel_creates check (backchannel_request_id is null or (grant_action = 'create' and access_request_id is null)) not valid;
comment on column consent_request.backchannel_request_id is 'The request of an API client in the back channel, for which this person was asked; null for any other.';
grant insert (backchannel_request_id) on consent_request to liaison_auth;

-- The client that asked, and the administrators who are asked.
create policy asking_client on backchannel_request for select to liaison_auth using (client_id = (select access.context_id('actor_id')));
create policy asked_person on backchannel_request for select to liaison_auth using (exists (
  select from tenant_member m where m.tenant_id = backchannel_request.tenant_id and m.person_id = (select access.context_id('actor_id')) and m.role = 'TENANT_ADMIN' and m.status = 'active'));
create policy deciding_side on backchannel_request for select to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select')));
grant select on backchannel_request to liaison_auth, liaison_tenant;
create policy asking on backchannel_request to liaison_authz using (true) with check (true);
grant select, insert, update (status) on backchannel_request to liaison_authz;
create policy answering on backchannel_request to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('backchannel_request', 'pending', 'waiting', 'approve', 'tenant'),
  ('backchannel_request', 'pending', 'approved', 'approve', 'tenant'),
  ('backchannel_request', 'pending', 'denied', 'decline', 'tenant'),
  ('backchannel_request', 'pending', 'lapsed', 'lapse', 'clock'),
  ('backchannel_request', 'waiting', 'approved', 'approve', 'tenant'),
  ('backchannel_request', 'waiting', 'denied', 'decline', 'tenant'),
  ('backchannel_request', 'waiting', 'lapsed', 'lapse', 'clock');
alter table state_transition force row level security;

-- A person is asked for a request that still waits, as an administrator of the organisation that it is about, and for exactly what it says.
create function private.open_backchannel_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (
    select from backchannel_request b
    join tenant_member m on m.tenant_id = b.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    where b.id = new.backchannel_request_id and b.status = 'pending' and b.ends_at > statement_timestamp()
      and b.actions = new.actions and b.scopes = new.scopes and b.customer_hint is not distinct from new.customer_hint
      and b.binding_message is not distinct from new.purpose and b.access_duration_seconds = new.access_duration_seconds) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'backchannel_request_opening';
  end if;
  return new;
end
$$;
create trigger open_backchannel_request before insert on consent_request for each row when (new.backchannel_request_id is not null) execute function private.open_backchannel_request();

-- The answer of a person is the answer to the request: once, in time, and only for the organisation that it is about.
create function private.answer_backchannel_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  asked backchannel_request;
begin
  if new.tenant_id is null then
    return null;
  end if;
  select * into asked from backchannel_request b where b.id = new.backchannel_request_id for update;
  if new.status = 'ended' then
    update backchannel_request set status = 'lapsed' where id = asked.id and status = 'waiting' and answer_id = new.id;
    return null;
  end if;
  if asked.tenant_id <> new.tenant_id
    or not (asked.status = 'pending' or (asked.status = 'waiting' and asked.answer_id = new.id))
    or (asked.ends_at <= statement_timestamp() and new.status <> 'denied') then
    raise exception 'the request was answered, is over, or is not about this organisation' using errcode = 'check_violation', constraint = 'backchannel_request_answered';
  end if;
  update backchannel_request set status = new.status, answer_id = new.id,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$$;
create trigger answer_backchannel_request after update of status on consent_request for each row when (new.backchannel_request_id is not null) execute function private.answer_backchannel_request();

reset role;
set role liaison_authz;

-- An API client asks a customer to approve something now. Null for a consent that it does not hold, or that is not in force; otherwise the
-- request, or why there is none: another one waits, the last one was denied a quarter of an hour ago, there were twenty within a day, or the
-- customer's rules let it not ask. The customer's administrators get the mail in the same transaction.
create function access.ask_in_back_channel(consent_id uuid, wanted jsonb, mail jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  client uuid := access.context_id('actor_id');
  held public.delegation;
  asker public.api_client;
  made public.backchannel_request;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('backchannel_request', consent_id));
  select d.* into held from access.delegation_in_force d join public.consent c on c.id = d.id where d.id = consent_id and c.client_id = client;
  if not found then
    return null;
  end if;
  select * into asker from public.api_client k where k.id = client and k.status = 'active' and k.asks_without_browser;
  if not found then
    return null;
  end if;
  if exists (select from public.tenant_partner_policy p where p.tenant_id = held.tenant_id
    and (p.who_may_ask = 'none' or (p.who_may_ask = 'listed' and held.partner_id <> all (p.listed_partner_ids)))) then
    return jsonb_build_object('refused', 'not_wanted');
  end if;
  update public.backchannel_request b set status = 'lapsed' where b.delegation_id = held.id and b.status in ('pending', 'waiting') and b.ends_at <= statement_timestamp();
  if exists (select from public.backchannel_request b where b.delegation_id = held.id and b.status in ('pending', 'waiting')) then
    return jsonb_build_object('refused', 'pending');
  end if;
  if exists (select from public.backchannel_request b where b.delegation_id = held.id and b.status = 'denied' and b.decided_at > statement_timestamp() - interval '15 minutes') then
    return jsonb_build_object('refused', 'denied');
  end if;
  if (select count(*) from public.backchannel_request b where b.delegation_id = held.id and b.created_at > statement_timestamp() - interval '1 day') >= 20 then
    return jsonb_build_object('refused', 'often');
  end if;
  insert into public.backchannel_request (id, auth_req_hash, delegation_id, tenant_id, partner_id, client_id, partner_name, client_name, tenant_name, scopes, actions, customer_hint, binding_message, reference, access_duration_seconds, ends_at)
  select (wanted ->> 'id')::uuid, decode(wanted ->> 'auth_req_hash', 'hex'), held.id, held.tenant_id, held.partner_id, client, p.name, asker.name, t.name,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'customer_hint', wanted ->> 'binding_message', wanted ->> 'reference', (wanted ->> 'access_duration_seconds')::integer,
    now() + make_interval(secs => (wanted ->> 'seconds')::integer)
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

-- What became of it, for the client that asked: what may be issued on it is the consent that the answer made, while that is in force and so
-- is the one under which it was asked.
create function access.backchannel_outcome(wanted_hash bytea) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'state', case
      when b.status = 'approved' and d.id is not null then 'approved'
      when b.status in ('approved', 'denied') then 'denied'
      when b.status in ('pending', 'waiting') and b.ends_at > statement_timestamp() then 'pending'
      else 'over' end,
    'delegation', case when b.status = 'approved' and d.id is not null then jsonb_build_object(
      'id', d.id, 'tenant_id', d.tenant_id, 'scopes', to_jsonb(c.scopes), 'actions', to_jsonb(c.actions), 'ends_at', d.ends_at) end)
  from public.backchannel_request b
  left join public.consent_request r on r.id = b.answer_id
  left join access.delegation_in_force d on d.id = r.result_id and d.tenant_id = b.tenant_id
    and exists (select from access.delegation_in_force h where h.id = b.delegation_id)
  left join public.consent c on c.id = d.id and c.client_id = b.client_id
  where b.auth_req_hash = wanted_hash and b.client_id = access.context_id('actor_id') and access.context_plane() = 'auth'
$$;
grant execute on function access.ask_in_back_channel(uuid, jsonb, jsonb), access.backchannel_outcome(bytea) to liaison_auth;

reset role;
