set role liaison_authz;

-- As before, but that an owner asks: the API asks for one, and staff could have asked and mailed a tenant's admins in SQL.
create or replace function access.ask_tenant(wanted jsonb, letters jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  asker uuid := access.partner_of_owner();
  typed text := wanted ->> 'asked';
  of_client public.api_client;
  denied timestamptz;
  person uuid;
  reached uuid[];
begin
  if session_user <> 'liaison_program' or asker is null then
    raise exception 'only an owner of a partner asks' using errcode = 'insufficient_privilege';
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

reset role;
