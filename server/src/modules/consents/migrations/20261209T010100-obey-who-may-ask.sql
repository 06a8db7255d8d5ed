set role liaison_authz;

-- Whether the rules of a tenant let this partner ask for access at all. A rule that is not known here lets nobody ask.
create function access.partner_may_ask(asked_tenant uuid, asking_partner uuid) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$
  select not exists (select from public.tenant_partner_policy p where p.tenant_id = asked_tenant
    and not case p.who_may_ask
      when 'any' then true
      when 'listed' then asking_partner = any (p.listed_partner_ids)
      when 'unlisted' then asking_partner <> all (p.listed_partner_ids)
      else false end)
  $$;

-- An API client asks a customer for more, unless the customer's rules let its partner ask for nothing.
create or replace function access.ask_for_more(consent_id uuid, wanted jsonb, mail jsonb) returns jsonb
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
  if not access.partner_may_ask(held.tenant_id, held.partner_id) then
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
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, coalesce(access.letter_in(mail, p.language, held.approval_snapshot ->> 'language'), mail) letter
  where p.status = 'active' and exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = held.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active');
  return jsonb_build_object('id', made.id);
end
$$;

-- The same for what a client asks without a browser.
create or replace function access.ask_in_back_channel(consent_id uuid, wanted jsonb, mail jsonb) returns jsonb
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
  if not access.partner_may_ask(held.tenant_id, held.partner_id) then
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
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, coalesce(access.letter_in(mail, p.language, held.approval_snapshot ->> 'language'), mail) letter
  where p.status = 'active' and exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = held.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active');
  return jsonb_build_object('id', made.id);
end
$$;

reset role;
