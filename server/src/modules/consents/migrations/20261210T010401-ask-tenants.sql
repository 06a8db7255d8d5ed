set role liaison_owner;

create table consent_ask (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  client_id uuid not null,
  partner_name text not null,
  client_name text not null,
  asked text not null check (char_length(asked) between 1 and 254 and asked = lower(asked)),
  scopes text[] not null check (cardinality(scopes) > 0),
  actions text[] not null check (cardinality(actions) between 1 and 100),
  purpose text not null check (char_length(purpose) between 1 and 500),
  access_duration_days integer not null check (access_duration_days between 1 and 730),
  requested_by uuid not null references person (id),
  requested_by_name text not null,
  status text not null default 'sent' check (status in ('sent', 'withdrawn', 'approved', 'denied')),
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '30 days',
  decided_at timestamptz,
  consent_id uuid references delegation (id),
  tenant_id uuid references tenant (id),
  person_id uuid references person (id),
  answer_id uuid references consent_request (id),
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  unique (id, client_id),
  check ((status = 'sent') = (decided_at is null)),
  check ((status = 'approved') = (consent_id is not null)),
  check (status <> 'approved' or (answer_id is not null and tenant_id is not null))
);
comment on table consent_ask is 'What a partner asks a tenant to allow one of its API clients, by the tenant''s code or the mail address of somebody there. Every request is kept as it was typed, also one that reached nobody, so that asking tells nothing about who is a tenant. It opens nothing: whoever decides is asked as for any other consent.';
comment on column consent_ask.asked is 'The code or the address, as the partner typed it, in lower case.';
comment on column consent_ask.tenant_id is 'Whom the code names, or for whom the answer was given; the partner cannot read it, and null when it reached nobody.';
comment on column consent_ask.person_id is 'Whom the address names; the partner cannot read it, and null when it reached nobody.';
comment on column consent_ask.answer_id is 'The request of a person under which it was answered, or waits for a second approver; the partner cannot read it.';
create unique index consent_ask_approved on consent_ask (consent_id) where consent_id is not null;
create index on consent_ask (partner_id, created_at);
create index on consent_ask (partner_id, asked, status);
create index on consent_ask (partner_id, client_id);
create index on consent_ask (tenant_id, partner_id, created_at);
create index on consent_ask (person_id, partner_id, created_at);
create index on consent_ask (requested_by);
create index on consent_ask (answer_id);
call private.protect('consent_ask');
call private.audit_changes('consent_ask', false);

alter table consent_request add column consent_ask_id uuid;
alter table consent_request add constraint consent_request_ask foreign key (consent_ask_id, client_id) references consent_ask (id, client_id) not valid;
alter table consent_request add constraint consent_request_ask_creates check (consent_ask_id is null or (grant_action = 'create' and access_request_id is null and backchannel_request_id is null)) not valid;
comment on column consent_request.consent_ask_id is 'The request of a partner''s member for which this person was asked; null for any other.';
grant insert (consent_ask_id) on consent_request to liaison_auth;

-- The partner reads and takes back what it sent, and never whom that reached; those who are asked read what they are asked.
create policy partner_side on consent_ask for select to liaison_program using (partner_id = (select access.own_partner()));
create policy partner_withdraws on consent_ask for update to liaison_program
  using (partner_id = (select access.own_partner()) and status = 'sent') with check (partner_id = (select access.own_partner()) and status = 'withdrawn');
grant select (id, partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name, status, created_at, ends_at, decided_at, consent_id),
  update (status, decided_at) on consent_ask to liaison_program;
create policy asked_person on consent_ask for select to liaison_auth using (person_id = (select access.context_id('actor_id')) or exists (
  select from tenant_member m where m.tenant_id = consent_ask.tenant_id and m.person_id = (select access.context_id('actor_id')) and m.role = 'TENANT_ADMIN' and m.status = 'active'));
create policy deciding_side on consent_ask for select to liaison_tenant
  using (tenant_id in (select access.reach('delegation', 'select')) or (tenant_id is null and person_id = (select access.context_id('actor_id'))));
grant select on consent_ask to liaison_auth, liaison_tenant;
create policy asking on consent_ask to liaison_authz using (true) with check (true);
grant select, insert on consent_ask to liaison_authz;
create policy answering on consent_ask to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('consent_ask', 'sent', 'withdrawn', 'withdraw', 'partner'),
  ('consent_ask', 'sent', 'approved', 'approve', 'tenant'),
  ('consent_ask', 'sent', 'denied', 'decline', 'tenant');
alter table state_transition force row level security;

-- A person is asked for a request that still waits, as the one whom it names or as an administrator there, and for exactly what it says.
create function private.open_consent_ask() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (
    select from consent_ask a
    where a.id = new.consent_ask_id and a.status = 'sent' and a.answer_id is null and a.ends_at > statement_timestamp()
      and a.actions = new.actions and a.scopes = new.scopes and a.purpose is not distinct from new.purpose
      and new.customer_hint is null and new.access_duration_seconds = a.access_duration_days * 86400
      and (a.person_id = new.person_id or exists (
        select from tenant_member m where m.tenant_id = a.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'))) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'consent_ask_opening';
  end if;
  return new;
end
$$;
create trigger open_consent_ask before insert on consent_request for each row when (new.consent_ask_id is not null) execute function private.open_consent_ask();

-- The answer of a person is the answer to the request: once, in time, and only for the tenant that it is about. Whoever was asked by address
-- answers for a tenant of theirs, or says no for all of them.
create function private.answer_consent_ask() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  asked consent_ask;
begin
  select * into asked from consent_ask a where a.id = new.consent_ask_id for update;
  if new.tenant_id is null then
    update consent_ask set status = 'denied', decided_at = statement_timestamp()
    where id = asked.id and new.status = 'denied' and asked.status = 'sent' and asked.answer_id is null and asked.person_id = new.person_id;
    return null;
  end if;
  if new.status = 'ended' then
    update consent_ask set answer_id = null where id = asked.id and asked.status = 'sent' and asked.answer_id = new.id;
    return null;
  end if;
  if asked.status <> 'sent' or asked.tenant_id <> new.tenant_id or asked.answer_id <> new.id
    or (asked.answer_id is null and asked.ends_at <= statement_timestamp()) then
    raise exception 'the request was answered, is over, or is not about this tenant' using errcode = 'check_violation', constraint = 'consent_ask_answered';
  end if;
  update consent_ask set tenant_id = new.tenant_id, answer_id = new.id,
    status = case when new.status in ('approved', 'denied') then new.status else 'sent' end,
    consent_id = case when new.status = 'approved' then new.result_id end,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$$;
create trigger answer_consent_ask after update of status on consent_request for each row when (new.consent_ask_id is not null) execute function private.answer_consent_ask();

reset role;
set role liaison_authz;

-- Whether a partner's request reaches a tenant: its rules let the partner ask, it was not asked already, said no to nothing of the partner's for
-- seven days, and was not asked three times within them. The partner is told none of this.
create function access.takes_ask(asked_tenant uuid, asking_partner uuid, of_sandbox boolean) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$
  select exists (select from public.tenant t where t.id = asked_tenant and t.status in ('active', 'trial') and t.is_sandbox = of_sandbox
      and (not t.is_sandbox or exists (select from public.sandbox_tenant s where s.tenant_id = t.id and s.partner_id = asking_partner)))
    and access.partner_may_ask(asked_tenant, asking_partner)
    and not exists (select from public.consent_ask a where a.tenant_id = asked_tenant and a.partner_id = asking_partner
      and ((a.status = 'sent' and a.ends_at > statement_timestamp()) or (a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days')))
    and (select count(*) from public.consent_ask a where a.tenant_id = asked_tenant and a.partner_id = asking_partner
      and a.created_at > statement_timestamp() - interval '7 days') < 3
  $$;

-- A member of a partner asks a tenant to allow something, by its code or by an address. Null for a client that is not the partner's or does not
-- work; otherwise the request and whom it reached, or why there is none: this code or address was asked already, or said no less than seven days
-- ago. Nothing of the answer but whom it reached depends on whether there is anybody, and that is for the log of those it reached alone.
create function access.ask_tenant(wanted jsonb, letters jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  asker uuid := access.own_partner();
  typed text := wanted ->> 'asked';
  of_client public.api_client;
  denied timestamptz;
  person uuid;
  reached uuid[];
begin
  if session_user <> 'liaison_program' or asker is null then
    raise exception 'only a member of a partner asks' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('consent_ask', asker));
  select k.* into of_client from public.api_client k where k.id = (wanted ->> 'client_id')::uuid and k.partner_id = asker and k.status = 'active';
  if not found then
    return null;
  end if;
  if exists (select from public.partner p where p.id = asker and p.kinds <@ array['referral']) then
    return jsonb_build_object('refused', 'kind');
  end if;
  if exists (select from public.consent_ask a where a.partner_id = asker and a.asked = typed and a.status = 'sent' and a.ends_at > statement_timestamp()) then
    return jsonb_build_object('refused', 'pending');
  end if;
  select max(a.decided_at) into denied from public.consent_ask a
  where a.partner_id = asker and a.asked = typed and a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days';
  if denied is not null then
    return jsonb_build_object('refused', 'denied', 'again_at', denied + interval '7 days');
  end if;
  select p.id into person from public.person p
  where p.email = typed and p.status = 'active'
    and not exists (select from public.consent_ask a where a.person_id = p.id and a.partner_id = asker and a.status = 'sent' and a.ends_at > statement_timestamp())
    and (select count(*) from public.consent_ask a where a.person_id = p.id and a.partner_id = asker and a.created_at > statement_timestamp() - interval '7 days') < 3;
  select coalesce(array_agg(t.id), '{}') into reached from public.tenant t
  where t.id in (select s.id from public.tenant s where s.slug = typed
      union all select m.tenant_id from public.tenant_member m where m.person_id = person and m.role = 'TENANT_ADMIN' and m.status = 'active')
    and access.takes_ask(t.id, asker, of_client.environment = 'sandbox');
  person := case when cardinality(reached) > 0 then person end;
  insert into public.consent_ask (id, partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name, tenant_id, person_id)
  select (wanted ->> 'id')::uuid, asker, of_client.id, p.name, of_client.name, typed,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'purpose', (wanted ->> 'access_duration_days')::integer, access.context_id('actor_id'), wanted ->> 'requested_by_name',
    case when person is null then reached[1] end, person
  from public.partner p where p.id = asker;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and case when person is not null then p.id = person else exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = any (reached) and m.role = 'TENANT_ADMIN' and m.status = 'active') end;
  return jsonb_build_object('tenants', to_jsonb(reached));
end
$$;

-- Whether a client holds a consent because its partner asked for it in the portal: there was no browser that brought a code, so the client
-- takes its tokens with its own key alone.
create function access.was_asked_for(client uuid, held_consent uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (select from public.consent_ask a where a.consent_id = held_consent and a.client_id = client and a.status = 'approved')
$$;
grant execute on function access.ask_tenant(jsonb, jsonb) to liaison_program;
grant execute on function access.was_asked_for(uuid, uuid) to liaison_auth;

reset role;
