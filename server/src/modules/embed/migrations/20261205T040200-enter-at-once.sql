set role liaison_owner;

comment on table embed_day_count is 'How many vouchers an agency, or one of its forms, issued on a day of the tenant''s time zone; counted from its first issue under a daily bound on, which counts those before.';

reset role;
set role liaison_authz;

-- Written out where they are used, by the planner: each call of a function with settings of its own costs as much as a statement.
create or replace function access.network_of(address inet) returns inet
  language sql immutable
  return network(set_masklen(address, case family(address) when 4 then 24 else 48 end))::inet;

-- As before, in one query; also whether the delegation behind the credential is in force.
create or replace function access.form_facts(credential uuid, form_public_id text) returns jsonb
  language plpgsql stable
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  facts jsonb;
begin
  select jsonb_build_object(
    'token', jsonb_build_object('id', d.id, 'kind', case when ft.id is null then 'agency_key' else 'form_token' end,
      'status', coalesce(ft.status, ak.status), 'valid_until', ft.valid_until,
      'label', coalesce(ft.display_prefix, ak.display_prefix) || '…' || coalesce(ft.last4, ak.last4),
      'actions', case when ft.id is not null then '["issue", "lookup"]'::jsonb else to_jsonb(array_remove(array[
        case when 'vouchers.issue:own' = any (ak.scopes) then 'issue' end, case when 'vouchers.read:own' = any (ak.scopes) then 'lookup' end], null)) end,
      'calls_per_minute', ak.calls_per_minute, 'allowed_networks', to_jsonb(ak.allowed_networks), 'allowed_voucher_types', to_jsonb(ak.allowed_voucher_types)),
    'form', case when f.id is not null then jsonb_build_object('id', f.id, 'public_id', f.public_id, 'name', f.name, 'status', f.status, 'is_named', f.public_id = form_public_id,
      'allowed_origins', to_jsonb(f.allowed_origins), 'allows_subdomains', f.allows_subdomains, 'is_headless', f.is_headless, 'challenge', f.challenge, 'access_code_hash', f.access_code_hash, 'daily_issue_limit', f.daily_issue_limit, 'config', ft.config) end,
    'agency', case when a.id is not null then jsonb_build_object('id', a.id, 'name', a.name, 'status', a.status, 'daily_issue_limit', a.daily_issue_limit) end,
    'tenant', case when t.id is not null then jsonb_build_object('id', t.id, 'name', t.name, 'status', t.status, 'timezone', t.timezone) end,
    'delegation', jsonb_build_object('id', d.id, 'status', d.status, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch,
      'is_in_force', exists (select from access.form_token_in_force v where v.id = d.id)),
    'freezes', (
      select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'scope', x.scope, 'set_by', x.set_by_side)), '[]')
      from public.access_freeze x
      where x.lifted_at is null and x.scope <> 'person' and x.partner_id is null
        and (x.tenant_id is null or x.tenant_id = d.tenant_id) and (x.delegation_id is null or x.delegation_id = d.id)))
  into facts
  from public.delegation d
  left join public.form_token ft on ft.id = d.id
  left join public.agency_key ak on ak.id = d.id
  left join public.form f on f.tenant_id = d.tenant_id and f.id = ft.form_id
  left join public.agency a on a.tenant_id = d.tenant_id and a.id = coalesce(ft.agency_id, ak.agency_id)
  left join public.tenant t on t.id = d.tenant_id
  where d.id = credential and d.kind = 'form_token' and num_nonnulls(ft.id, ak.id) = 1;
  return facts;
end
$$;

-- As before; the facts say whether the delegation is in force.
create or replace function access.may_use_form(facts jsonb, action text) returns boolean
  language plpgsql stable
  set search_path = pg_catalog
  as $$
begin
  return coalesce(
    facts -> 'token' ->> 'status' = 'active'
    and ((facts -> 'token' ->> 'valid_until')::timestamptz > statement_timestamp()) is not false
    and facts -> 'token' -> 'actions' ? action
    and (case facts -> 'token' ->> 'kind' when 'form_token' then (facts -> 'form' ->> 'is_named')::boolean and facts -> 'form' ->> 'status' = 'active' else facts -> 'form' = 'null'::jsonb end)
    and facts -> 'agency' ->> 'status' = 'active'
    and (facts -> 'delegation' ->> 'is_in_force')::boolean, false);
end
$$;

-- What an issue stands on, told with the entering: whether this ticket was spent by it, what is kept under its key, and the type that it wishes for.
-- A key that somebody else holds at this moment is waited for later, where its turn is.
create function access.prepare_issue(request jsonb, facts jsonb) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  tenant uuid := (facts -> 'tenant' ->> 'id')::uuid;
  credential uuid := (facts -> 'token' ->> 'id')::uuid;
  ticket jsonb := request -> 'ticket';
  asked_key text := request ->> 'key';
  is_spent boolean := false;
  is_held boolean := false;
  bound text := set_config('lock_timeout', '3s', true);
  kept jsonb;
  offered jsonb;
begin
  if (ticket is not null) then
    insert into public.embed_ticket_use (nonce, tenant_id, token_id, used_for, ends_at)
    values (decode(ticket ->> 'nonce', 'hex'), tenant, credential, decode(ticket ->> 'use', 'hex'), (ticket ->> 'ends_at')::timestamptz)
    on conflict do nothing;
    is_spent := found;
    if (not is_spent) then
      is_spent := exists (select from public.embed_ticket_use u where u.nonce = decode(ticket ->> 'nonce', 'hex') and u.token_id = credential and u.used_for = decode(ticket ->> 'use', 'hex'));
    end if;
  end if;
  if (asked_key is not null) then
    is_held := pg_try_advisory_xact_lock(hashtextextended('idempotency' || credential::text || asked_key, 0));
    if (is_held) then
      select jsonb_build_object('operation', r.operation, 'request_hash', encode(r.request_hash, 'hex'), 'status', r.status, 'headers', r.headers, 'body', r.body) into kept
      from public.idempotency_record r
      where r.principal = credential and r.key = asked_key and r.created_at > now() - interval '24 hours';
    end if;
  end if;
  select jsonb_build_object('id', v.id, 'code', v.code, 'label', v.label, 'duplicate_policy', v.duplicate_policy, 'keep_recipient_days', v.keep_recipient_days) into offered
  from public.voucher_type v
  where v.tenant_id = tenant and v.code = request ->> 'voucher_type' and v.is_active;
  return jsonb_build_object('is_ticket_spent', is_spent, 'is_key_held', is_held, 'kept', kept, 'type', offered);
end
$$;

create or replace function access.set_form_context(request jsonb, facts jsonb) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  is_form boolean := facts -> 'token' ->> 'kind' = 'form_token';
  network inet := access.network_of((request ->> 'ip')::inet);
begin
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object(
    'request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route', 'user_agent', request -> 'user_agent',
    'plane', 'delegation', 'actor_type', 'agency_token', 'actor_id', facts -> 'token' -> 'id',
    'actor_name', (facts -> 'agency' ->> 'name') || case when is_form then ', form ' || (facts -> 'form' ->> 'name') else ', server key' end,
    'tenant_id', facts -> 'tenant' -> 'id', 'tenant_name', facts -> 'tenant' -> 'name', 'delegation_id', facts -> 'delegation' -> 'id', 'delegation_epoch', facts -> 'delegation' -> 'epoch',
    'agency_id', facts -> 'agency' -> 'id', 'agency_name', facts -> 'agency' -> 'name', 'form_id', facts -> 'form' -> 'id',
    'form_token_id', case when is_form then facts -> 'token' -> 'id' end, 'agency_key_id', case when not is_form then facts -> 'token' -> 'id' end,
    'source', case when is_form then 'form' else 'api' end, 'ip', host(network) || '/' || masklen(network))));
end
$$;

-- As before; what an issue stands on comes in the same answer where it is asked for.
create or replace function access.enter_credential(request jsonb, credential uuid, tenant uuid) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  held text;
  facts jsonb;
  networks jsonb;
begin
  if (session_user <> 'liaison_embed') then
    raise exception 'this login opens no form' using errcode = 'insufficient_privilege';
  end if;
  if (credential is not null) then
    if ((request ->> 'writes')::boolean) then
      -- What stops a token waits for the writes under it that are under way, and then holds.
      held := access.hold('platform', null)::text || access.hold('tenant', tenant)::text || access.hold('pair', null)::text;
    end if;
    facts := access.form_facts(credential, request ->> 'form_public_id');
  end if;
  networks := coalesce(nullif(facts -> 'token' -> 'allowed_networks', 'null'), '[]');
  if (access.may_use_form(facts, request ->> 'action')
    and (jsonb_array_length(networks) = 0 or exists (select from jsonb_array_elements_text(networks) n where (request ->> 'ip')::inet <<= n::inet))) then
    perform access.set_form_context(request, facts);
    if (request ? 'prepares') then
      facts := facts || jsonb_build_object('prepared', access.prepare_issue(request, facts));
    end if;
    return facts || jsonb_build_object('now', statement_timestamp(), 'is_entered', true);
  end if;
  return coalesce(facts, '{}') || jsonb_build_object('now', statement_timestamp(), 'is_entered', false);
end
$$;

create or replace function access.enter_form(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  credential uuid;
  tenant uuid;
begin
  select t.id, t.tenant_id into credential, tenant from public.form_token t where t.token_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, credential, tenant);
end
$$;

create or replace function access.enter_agency_key(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  credential uuid;
  tenant uuid;
begin
  select k.id, k.tenant_id into credential, tenant from public.agency_key k where k.key_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, credential, tenant);
end
$$;

-- One more voucher of an agency, or of one of its forms, on this day. The first under a bound counts the vouchers of the day itself.
create function access.count_bounded(of_tenant uuid, of_agency uuid, of_form uuid, midnight timestamptz, today date) returns integer
  language plpgsql volatile
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  subject uuid := coalesce(of_form, of_agency);
  counted integer;
begin
  update public.embed_day_count c set issued = c.issued + 1 where c.tenant_id = of_tenant and c.subject_id = subject and c.day = today returning c.issued into counted;
  if (not found) then
    insert into public.embed_day_count (tenant_id, subject_id, day, issued)
    select of_tenant, subject, today, count(*) + 1 from public.voucher v
    where v.tenant_id = of_tenant and v.requested_at >= midnight and v.agency_id = of_agency
      and (of_form is null or v.form_token_id in (select t.id from public.form_token t where t.tenant_id = of_tenant and t.form_id = of_form))
    returning issued into counted;
  end if;
  return counted;
end
$$;

-- As before: within the bounds of the agency and of the form, null, or the name of the bound that is reached. Who issues under a bound does so
-- alone until its transaction ends. Who issues under none waits for nobody: it shares a lock, so that the first under a bound, whose day is
-- counted from the vouchers, waits for all that are on their way.
create or replace function access.count_issue() returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  side record := access.issuing_side();
  forms_bound integer;
  agencys_bound integer;
  midnight timestamptz;
  today date;
  held text;
begin
  if (side.agency_id is null) then
    raise exception 'only an agency issues under a bound' using errcode = 'insufficient_privilege';
  end if;
  select f.daily_issue_limit, a.daily_issue_limit, date_trunc('day', statement_timestamp() at time zone t.timezone) at time zone t.timezone,
    (statement_timestamp() at time zone t.timezone)::date
  into forms_bound, agencys_bound, midnight, today
  from public.agency a join public.tenant t on t.id = a.tenant_id left join public.form f on f.tenant_id = a.tenant_id and f.id = side.form_id
  where a.tenant_id = side.tenant_id and a.id = side.agency_id;
  -- First the form, which fewer share; the lock of the agency is then held shortest.
  if (side.form_id is not null) then
    held := case when forms_bound is null then pg_advisory_xact_lock_shared(access.lock_key('issues', side.form_id))::text
      else pg_advisory_xact_lock(access.lock_key('issues', side.form_id))::text end;
    if (forms_bound is not null and access.count_bounded(side.tenant_id, side.agency_id, side.form_id, midnight, today) > forms_bound) then
      return 'form-daily';
    end if;
  end if;
  held := case when agencys_bound is null then pg_advisory_xact_lock_shared(access.lock_key('issues', side.agency_id))::text
    else pg_advisory_xact_lock(access.lock_key('issues', side.agency_id))::text end;
  if (agencys_bound is not null and access.count_bounded(side.tenant_id, side.agency_id, null, midnight, today) > agencys_bound) then
    return 'agency-daily';
  end if;
  -- A day that was counted while there was a bound goes on being counted, in case there is one again.
  update public.embed_day_count c set issued = c.issued + 1
  where c.tenant_id = side.tenant_id and c.day = today
    and c.subject_id = any (array_remove(array[case when forms_bound is null then side.form_id end, case when agencys_bound is null then side.agency_id end], null));
  return null;
end
$$;

reset role;
