-- How many vouchers an agency, or one of its forms, issued on a day of the tenant's time zone; counted from its first issue under a daily bound on, which counts those before.
create table public.embed_day_count (
  tenant_id uuid not null,
  subject_id uuid not null,
  day date not null,
  issued integer not null,
  constraint embed_day_count_pkey PRIMARY KEY (tenant_id, subject_id, day),
  constraint embed_day_count_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX embed_day_count_day_idx ON public.embed_day_count USING btree (day);
alter table public.embed_day_count enable row level security, force row level security;
create policy counting on public.embed_day_count for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.embed_day_count for select to liaison_authz
  using (true);
create policy own_days on public.embed_day_count for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
grant delete, insert, select, update on public.embed_day_count to liaison_authz;
grant select on public.embed_day_count to liaison_tenant;

-- Tickets of forms that were spent on a voucher: each once. The same request, sent again, is no second use.
create table public.embed_ticket_use (
  nonce bytea not null,
  tenant_id uuid not null,
  token_id uuid not null,
  used_for bytea not null,
  ends_at timestamp with time zone not null,
  constraint embed_ticket_use_nonce_check CHECK ((octet_length(nonce) = 16)),
  constraint embed_ticket_use_pkey PRIMARY KEY (nonce),
  constraint embed_ticket_use_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint embed_ticket_use_used_for_check CHECK ((octet_length(used_for) = 32))
);
CREATE INDEX embed_ticket_use_ends_at_idx ON public.embed_ticket_use USING btree (ends_at);
alter table public.embed_ticket_use enable row level security, force row level security;
create policy deciding on public.embed_ticket_use for select to liaison_authz
  using (true);
create policy spending on public.embed_ticket_use for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select on public.embed_ticket_use to liaison_authz;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_bounded(of_tenant uuid, of_agency uuid, of_form uuid, midnight timestamp with time zone, today date)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_issue()
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;
grant execute on access.count_issue() to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_agency_key(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  credential uuid;
  tenant uuid;
begin
  select k.id, k.tenant_id into credential, tenant from public.agency_key k where k.key_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, credential, tenant);
end
$function$;
grant execute on access.enter_agency_key(jsonb) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_credential(request jsonb, credential uuid, tenant uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_form(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  credential uuid;
  tenant uuid;
begin
  select t.id, t.tenant_id into credential, tenant from public.form_token t where t.token_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, credential, tenant);
end
$function$;
grant execute on access.enter_form(jsonb) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.forget_embed_tickets()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with gone as (delete from public.embed_ticket_use where ends_at < statement_timestamp() - interval '25 hours' returning 1),
    days as (delete from public.embed_day_count where day < current_date - 60 returning 1),
    sites as (delete from public.form_visit where ctid in (
      select v.ctid from public.form_visit v where v.last_seen_at < statement_timestamp() - interval '28 days' for update skip locked) returning 1)
  select (select count(*) from gone)::integer + (select count(*) from days)::integer + (select count(*) from sites)::integer
  $function$;
grant execute on access.forget_embed_tickets() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.form_facts(credential uuid, form_public_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  facts jsonb;
begin
  select jsonb_build_object(
    'token', jsonb_build_object('id', d.id, 'kind', case when ft.id is null then 'agency_key' else 'form_token' end,
      'status', coalesce(ft.status, ak.status), 'mode', ft.mode, 'valid_until', ft.valid_until,
      'label', coalesce(ft.display_prefix, ak.display_prefix) || '…' || coalesce(ft.last4, ak.last4),
      'actions', case when ft.id is not null then '["issue", "lookup"]'::jsonb else to_jsonb(array_remove(array[
        case when 'vouchers.issue:own' = any (ak.scopes) then 'issue' end, case when 'vouchers.read:own' = any (ak.scopes) then 'lookup' end], null)) end,
      'calls_per_minute', ak.calls_per_minute, 'allowed_networks', to_jsonb(ak.allowed_networks), 'allowed_voucher_types', to_jsonb(ak.allowed_voucher_types)),
    'form', case when f.id is not null then jsonb_build_object('id', f.id, 'public_id', f.public_id, 'name', f.name, 'status', f.status, 'is_named', f.public_id = form_public_id,
      'allowed_origins', to_jsonb(f.allowed_origins), 'allows_subdomains', f.allows_subdomains, 'is_headless', f.is_headless, 'challenge', f.challenge, 'access_code_hash', f.access_code_hash, 'daily_issue_limit', f.daily_issue_limit, 'config', ft.config) end,
    'agency', case when a.id is not null then jsonb_build_object('id', a.id, 'name', a.name, 'status', a.status, 'daily_issue_limit', a.daily_issue_limit) end,
    'tenant', case when t.id is not null then jsonb_build_object('id', t.id, 'name', t.name, 'status', t.status, 'timezone', t.timezone, 'is_sandbox', t.is_sandbox) end,
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_use_form(facts jsonb, action text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return coalesce(
    facts -> 'token' ->> 'status' = 'active'
    and ((facts -> 'token' ->> 'valid_until')::timestamptz > statement_timestamp()) is not false
    and facts -> 'token' -> 'actions' ? action
    and (case facts -> 'token' ->> 'kind' when 'form_token' then (facts -> 'form' ->> 'is_named')::boolean and facts -> 'form' ->> 'status' = 'active' else facts -> 'form' = 'null'::jsonb end)
    and (facts -> 'token' ->> 'kind' = 'agency_key' or (facts -> 'token' ->> 'mode' = 'test') = (facts -> 'tenant' ->> 'is_sandbox')::boolean)
    and facts -> 'agency' ->> 'status' = 'active'
    and (facts -> 'delegation' ->> 'is_in_force')::boolean, false);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_form_use(uses jsonb, visits jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if (session_user <> 'liaison_embed') then
    raise exception 'this login notes nothing of forms' using errcode = 'insufficient_privilege';
  end if;
  insert into public.agency_credential_use as u (credential_id, tenant_id, last_used_at)
  select d.id, d.tenant_id, max(x.at) from jsonb_to_recordset(uses) x (credential uuid, origin text, at timestamptz, count bigint)
  join public.delegation d on d.id = x.credential and d.kind = 'form_token'
  group by d.id, d.tenant_id order by d.id
  on conflict (credential_id) do update set last_used_at = excluded.last_used_at where u.last_used_at < excluded.last_used_at;
  insert into public.form_token_origin as o (token_id, tenant_id, origin, first_seen_at, last_seen_at, uses)
  select t.id, t.tenant_id, x.origin, min(x.at), max(x.at), sum(x.count) from jsonb_to_recordset(uses) x (credential uuid, origin text, at timestamptz, count bigint)
  join public.form_token t on t.id = x.credential
  where x.origin is not null
    and (exists (select from public.form_token_origin k where k.token_id = t.id and k.origin = x.origin) or (select count(*) from public.form_token_origin k where k.token_id = t.id) < 200)
  group by t.id, t.tenant_id, x.origin order by t.id, x.origin
  on conflict (token_id, origin) do update set last_seen_at = greatest(o.last_seen_at, excluded.last_seen_at), uses = o.uses + excluded.uses;
  insert into public.form_visit as v (form_id, tenant_id, origin, is_allowed, first_seen_at, last_seen_at, visits)
  select f.id, f.tenant_id, x.origin, x.is_allowed, min(x.at), max(x.at), sum(x.count) from jsonb_to_recordset(visits) x (form uuid, origin text, is_allowed boolean, at timestamptz, count bigint)
  join public.form f on f.id = x.form
  group by f.id, f.tenant_id, x.origin, x.is_allowed order by f.id, x.origin, x.is_allowed
  on conflict (form_id, origin, is_allowed) do update set last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at), visits = v.visits + excluded.visits;
  delete from public.form_visit v using (
    select k.form_id, k.origin, k.is_allowed from public.form_visit k
    where (k.form_id, k.origin, k.is_allowed) in (
      select r.form_id, r.origin, r.is_allowed from (
        select o.form_id, o.origin, o.is_allowed, row_number() over (partition by o.form_id, o.is_allowed order by o.last_seen_at desc, o.origin) as place
        from public.form_visit o where o.form_id in (select x.form from jsonb_to_recordset(note_form_use.visits) x (form uuid))) r
      where r.place > 200)
    -- Two processes that note the same form do not wait for each other's rows.
    for update skip locked) gone
  where v.form_id = gone.form_id and v.origin = gone.origin and v.is_allowed = gone.is_allowed;
end
$function$;
grant execute on access.note_form_use(jsonb,jsonb) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.prepare_issue(request jsonb, facts jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.seconds_of_day_left()
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select greatest(1, ceil(extract(epoch from ((date_trunc('day', statement_timestamp() at time zone t.timezone) + interval '1 day') at time zone t.timezone) - statement_timestamp())))::integer
  from public.tenant t where t.id = access.context_id('tenant_id')
  $function$;
grant execute on access.seconds_of_day_left() to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.set_form_context(request jsonb, facts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.show_form(form_public_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  f public.form;
  current_token uuid;
begin
  select x.* into f from public.form x where x.public_id = form_public_id and x.status = 'active';
  select t.id into current_token from public.form_token t
  where t.tenant_id = f.tenant_id and t.form_id = f.id and t.status = 'active' and (t.valid_until is null or t.valid_until > statement_timestamp())
    and exists (select from access.form_token_in_force d where d.id = t.id)
  order by t.valid_until nulls first
  limit 1;
  if (f.id is null or current_token is null) then
    return null;
  end if;
  return (
    select jsonb_build_object('now', statement_timestamp(), 'id', f.id, 'tenant_id', f.tenant_id, 'tenant_name', t.name, 'agency_name', a.name, 'delegation_id', current_token,
      'name', f.name, 'allowed_origins', to_jsonb(f.allowed_origins), 'allows_subdomains', f.allows_subdomains, 'is_headless', f.is_headless, 'challenge', f.challenge,
      'asks_code', f.access_code_hash is not null, 'config', f.config,
      'voucher_types', coalesce((select jsonb_agg(jsonb_build_object('code', v.code, 'label', v.label) order by v.label) from public.voucher_type v where v.tenant_id = f.tenant_id and v.is_active), '[]'))
    from public.agency a join public.tenant t on t.id = a.tenant_id
    where a.tenant_id = f.tenant_id and a.id = f.agency_id and a.status = 'active');
end
$function$;
grant execute on access.show_form(text) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_all(keys text[], allowed integer[], windows bigint[])
 RETURNS TABLE(admitted boolean, waits bigint[], remaining integer[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  count constant integer := cardinality(keys);
  taken integer := 0;
  size integer;
begin
  loop
    waits := case when count > 1 then access.waits_of(keys, allowed, windows) else '{0}' end;
    admitted := 0 = all (waits);
    exit when not admitted;
    while admitted and taken < count loop
      update public.rate_limit_log l set hits = access.admit(l.hits, windows[taken + 1])
      where l.key = keys[taken + 1] and l.hits[cardinality(l.hits) - allowed[taken + 1] + 1] > access.microseconds() - windows[taken + 1] is not true
      returning cardinality(new.hits) into size;
      if (found) then
        taken := taken + 1;
        remaining[taken] := allowed[taken] - size;
      else
        insert into public.rate_limit_log (key, hits) values (keys[taken + 1], '{}') on conflict do nothing;
        admitted := found;
      end if;
    end loop;
    exit when admitted;
    for i in 1 .. taken loop
      update public.rate_limit_log l set hits = l.hits[:cardinality(l.hits) - 1] where l.key = keys[i];
    end loop;
    taken := 0;
    waits := access.waits_of(keys, allowed, windows);
    -- Otherwise what stood in the way has left meanwhile.
    exit when not 0 = all (waits);
  end loop;
  return next;
end
$function$;
grant execute on access.take_all(text[],integer[],bigint[]) to liaison_guard;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.waits_of(keys text[], allowed integer[], windows bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  waits bigint[] := '{}';
  log bigint[];
begin
  for i in 1 .. cardinality(keys) loop
    log := (select l.hits from public.rate_limit_log l where l.key = keys[i]);
    waits := waits || greatest(0, coalesce(log[cardinality(log) - allowed[i] + 1] + windows[i] - access.microseconds(), 0));
  end loop;
  return waits;
end
$function$;
