set role liaison_owner;

create table embed_ticket_use (
  nonce bytea primary key check (octet_length(nonce) = 16),
  tenant_id uuid not null references tenant (id),
  token_id uuid not null,
  used_for bytea not null check (octet_length(used_for) = 32),
  ends_at timestamptz not null
);
comment on table embed_ticket_use is 'Tickets of forms that were spent on a voucher: each once. The same request, sent again, is no second use.';
comment on column embed_ticket_use.used_for is 'The digest of the Idempotency-Key that it was spent under.';
create index on embed_ticket_use (ends_at);
call private.protect('embed_ticket_use');
create policy spending on embed_ticket_use to liaison_authz using (true) with check (true);
grant insert, delete on embed_ticket_use to liaison_authz;

create table embed_day_count (
  tenant_id uuid not null references tenant (id),
  subject_id uuid not null,
  day date not null,
  issued integer not null,
  primary key (tenant_id, subject_id, day)
) with (fillfactor = 50);
comment on table embed_day_count is 'How many vouchers an agency, or one of its forms, issued on a day of the tenant''s time zone: what its daily bound goes by.';
create index on embed_day_count (day);
call private.protect('embed_day_count');
create policy counting on embed_day_count to liaison_authz using (true) with check (true);
grant insert, update, delete on embed_day_count to liaison_authz;
create policy own_days on embed_day_count for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
grant select on embed_day_count to liaison_tenant;

-- What is noted of the use of forms and tokens, at most once a minute and process; the tables belong to the agencies.
create policy noting on agency_credential_use to liaison_authz using (true) with check (true);
create policy noting on form_token_origin to liaison_authz using (true) with check (true);
create policy noting on form_visit to liaison_authz using (true) with check (true);
grant insert, update on agency_credential_use, form_token_origin, form_visit to liaison_authz;

reset role;
set role liaison_authz;

-- Addresses of people who fill in forms are kept as their network: /24, or /48 of IPv6.
create function access.network_of(address inet) returns inet
  language sql immutable
  set search_path = pg_catalog
  return network(set_masklen(address, case family(address) when 4 then 24 else 48 end))::inet;

create function access.freezes_of_form(tenant uuid, delegation uuid) returns jsonb
  language sql stable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)), '[]')
  from public.access_freeze f
  where f.lifted_at is null and f.scope <> 'person' and f.partner_id is null
    and (f.tenant_id is null or f.tenant_id = tenant) and (f.delegation_id is null or f.delegation_id = delegation)
  $$;

-- What stops a token waits for the writes under it that are under way, and then holds.
create function access.hold_for_form(tenant uuid) returns void
  language sql volatile
  set search_path = pg_catalog
  as $$ select access.hold('platform', null), access.hold('tenant', tenant), access.hold('pair', null) $$;

-- The facts about one credential of an agency, by its delegation; null when there is no such credential.
create function access.form_facts(credential uuid, form_public_id text) returns jsonb
  language plpgsql stable
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  d public.delegation;
  ft public.form_token;
  ak public.agency_key;
  f public.form;
  a public.agency;
  t public.tenant;
begin
  select x.* into d from public.delegation x where x.id = credential and x.kind = 'form_token';
  select x.* into ft from public.form_token x where x.id = credential;
  select x.* into ak from public.agency_key x where x.id = credential;
  if (d.id is null or num_nonnulls(ft.id, ak.id) <> 1) then
    return null;
  end if;
  select x.* into f from public.form x where x.tenant_id = d.tenant_id and x.id = ft.form_id;
  select x.* into a from public.agency x where x.tenant_id = d.tenant_id and x.id = coalesce(ft.agency_id, ak.agency_id);
  select x.* into t from public.tenant x where x.id = d.tenant_id;
  return jsonb_build_object(
    'token', jsonb_build_object('id', credential, 'kind', case when ft.id is null then 'agency_key' else 'form_token' end,
      'status', coalesce(ft.status, ak.status), 'valid_until', ft.valid_until,
      'label', coalesce(ft.display_prefix, ak.display_prefix) || '…' || coalesce(ft.last4, ak.last4),
      'actions', case when ft.id is not null then '["issue", "lookup"]'::jsonb else to_jsonb(array_remove(array[
        case when 'vouchers.issue:own' = any (ak.scopes) then 'issue' end, case when 'vouchers.read:own' = any (ak.scopes) then 'lookup' end], null)) end,
      'calls_per_minute', ak.calls_per_minute, 'allowed_networks', to_jsonb(ak.allowed_networks), 'allowed_voucher_types', to_jsonb(ak.allowed_voucher_types)),
    'form', case when f.id is not null then jsonb_build_object('id', f.id, 'public_id', f.public_id, 'name', f.name, 'status', f.status, 'is_named', f.public_id = form_public_id,
      'allowed_origins', to_jsonb(f.allowed_origins), 'allows_subdomains', f.allows_subdomains, 'is_headless', f.is_headless, 'challenge', f.challenge, 'access_code_hash', f.access_code_hash, 'daily_issue_limit', f.daily_issue_limit, 'config', ft.config) end,
    'agency', case when a.id is not null then jsonb_build_object('id', a.id, 'name', a.name, 'status', a.status, 'daily_issue_limit', a.daily_issue_limit) end,
    'tenant', case when t.id is not null then jsonb_build_object('id', t.id, 'name', t.name, 'status', t.status) end,
    'delegation', jsonb_build_object('id', d.id, 'status', d.status, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch),
    'freezes', access.freezes_of_form(d.tenant_id, d.id));
end
$$;

-- Whether the facts let the credential do this: the same questions as the kernel asks, so that no context begins without both (access.md section 3).
create function access.may_use_form(facts jsonb, action text) returns boolean
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
    and exists (select from access.form_token_in_force d where d.id = (facts -> 'delegation' ->> 'id')::uuid), false);
end
$$;

create function access.set_form_context(request jsonb, facts jsonb) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  is_form boolean := facts -> 'token' ->> 'kind' = 'form_token';
begin
  perform access.set_context(jsonb_strip_nulls(access.trace_of(request) || jsonb_build_object(
    'plane', 'delegation', 'actor_type', 'agency_token', 'actor_id', facts -> 'token' -> 'id',
    'actor_name', (facts -> 'agency' ->> 'name') || case when is_form then ', form ' || (facts -> 'form' ->> 'name') else ', server key' end,
    'tenant_id', facts -> 'tenant' -> 'id', 'tenant_name', facts -> 'tenant' -> 'name', 'delegation_id', facts -> 'delegation' -> 'id', 'delegation_epoch', facts -> 'delegation' -> 'epoch',
    'agency_id', facts -> 'agency' -> 'id', 'agency_name', facts -> 'agency' -> 'name', 'form_id', facts -> 'form' -> 'id',
    'form_token_id', case when is_form then facts -> 'token' -> 'id' end, 'agency_key_id', case when not is_form then facts -> 'token' -> 'id' end,
    'source', case when is_form then 'form' else 'api' end, 'ip', host(access.network_of((request ->> 'ip')::inet)) || '/' || masklen(access.network_of((request ->> 'ip')::inet)))));
end
$$;

-- The door of agencies (embedded.md section 2, step 4): everything that a credential must be is asked here, of its own row alone; nothing that the
-- caller says can name a tenant or an agency. Without all of it no context begins. Answers with the facts for the kernel, which decides a second time.
create function access.enter_credential(request jsonb, credential uuid, tenant uuid) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  facts jsonb;
  networks jsonb;
begin
  if (session_user <> 'liaison_embed') then
    raise exception 'this login opens no form' using errcode = 'insufficient_privilege';
  end if;
  if (credential is not null) then
    if ((request ->> 'writes')::boolean) then
      perform access.hold_for_form(tenant);
    end if;
    facts := access.form_facts(credential, request ->> 'form_public_id');
  end if;
  networks := coalesce(nullif(facts -> 'token' -> 'allowed_networks', 'null'), '[]');
  if (access.may_use_form(facts, request ->> 'action')
    and (jsonb_array_length(networks) = 0 or exists (select from jsonb_array_elements_text(networks) n where (request ->> 'ip')::inet <<= n::inet))) then
    perform access.set_form_context(request, facts);
    return facts || jsonb_build_object('now', statement_timestamp(), 'is_entered', true);
  end if;
  return coalesce(facts, '{}') || jsonb_build_object('now', statement_timestamp(), 'is_entered', false);
end
$$;

create function access.enter_form(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found public.form_token;
begin
  select t.* into found from public.form_token t where t.token_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, found.id, found.tenant_id);
end
$$;

-- The same door for the server keys of agencies.
create function access.enter_agency_key(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found public.agency_key;
begin
  select k.* into found from public.agency_key k where k.key_hash = any (array(select decode(h, 'hex') from jsonb_array_elements_text(request -> 'token_hashes') h));
  return access.enter_credential(request, found.id, found.tenant_id);
end
$$;

-- What the frame document shows: of a form by its public key, which is no credential. Null unless the form could be used at this moment.
create function access.show_form(form_public_id text) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
$$;

-- Spends a ticket for this transaction's token. False when it was spent before, on something else.
create function access.spend_ticket(ticket_nonce bytea, use_digest bytea, until timestamptz) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  token uuid := access.context_id('form_token_id');
begin
  if (token is null) then
    raise exception 'a ticket belongs to a form' using errcode = 'insufficient_privilege';
  end if;
  insert into public.embed_ticket_use (nonce, tenant_id, token_id, used_for, ends_at)
  values (ticket_nonce, access.context_id('tenant_id'), token, use_digest, until)
  on conflict do nothing;
  return found or exists (select from public.embed_ticket_use u where u.nonce = ticket_nonce and u.token_id = token and u.used_for = use_digest);
end
$$;

-- Counts one voucher of the day, within the bounds of the agency and of the form: null, or the name of the bound that is reached.
create function access.count_issue() returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  tenant uuid := access.context_id('tenant_id');
  agency uuid := access.context_id('agency_id');
  form uuid := access.context_id('form_id');
  today date := (statement_timestamp() at time zone (select t.timezone from public.tenant t where t.id = tenant))::date;
  bound integer;
  counted integer;
begin
  if (agency is null) then
    raise exception 'only an agency issues under a bound' using errcode = 'insufficient_privilege';
  end if;
  -- First the form, which fewer share; the lock on the agency's row is then held shortest.
  if (form is not null) then
    select f.daily_issue_limit into bound from public.form f where f.tenant_id = tenant and f.id = form;
    insert into public.embed_day_count as c (tenant_id, subject_id, day, issued) values (tenant, form, today, 1)
    on conflict (tenant_id, subject_id, day) do update set issued = c.issued + 1 returning issued into counted;
    if (counted > bound) then
      return 'form-daily';
    end if;
  end if;
  select a.daily_issue_limit into bound from public.agency a where a.tenant_id = tenant and a.id = agency;
  insert into public.embed_day_count as c (tenant_id, subject_id, day, issued) values (tenant, agency, today, 1)
  on conflict (tenant_id, subject_id, day) do update set issued = c.issued + 1 returning issued into counted;
  if (counted > bound) then
    return 'agency-daily';
  end if;
  return null;
end
$$;

-- How many seconds are left of the day in this transaction's tenant.
create function access.seconds_of_day_left() returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select greatest(1, ceil(extract(epoch from ((date_trunc('day', statement_timestamp() at time zone t.timezone) + interval '1 day') at time zone t.timezone) - statement_timestamp())))::integer
  from public.tenant t where t.id = access.context_id('tenant_id')
  $$;

-- How long each log is full for, in microseconds; 0 where there is room.
create function access.waits_of(keys text[], allowed integer[], windows bigint[]) returns bigint[]
  language plpgsql volatile
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
$$;

-- The exact sliding log for several limits at once: one admission of each, or of none. Keys come in the order of their text, so that no two
-- callers wait for each other. A refusal writes nothing and tells how long until all of them admit again, if nobody else comes.
create function access.take_all(keys text[], allowed integer[], windows bigint[])
  returns table (admitted boolean, waits bigint[], remaining integer[])
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  log bigint[];
begin
  -- First without a lock: entries leave a log by age alone, so a log that was full in an older snapshot is full.
  waits := access.waits_of(keys, allowed, windows);
  admitted := 0 = all (waits);
  if (admitted) then
    for i in 1 .. cardinality(keys) loop
      insert into public.rate_limit_log (key, hits) values (keys[i], '{}') on conflict do nothing;
      perform from public.rate_limit_log l where l.key = keys[i] for update;
    end loop;
    -- Anew, behind the locks, at the newest logs and at the time after the wait.
    waits := access.waits_of(keys, allowed, windows);
    admitted := 0 = all (waits);
  end if;
  if (admitted) then
    for i in 1 .. cardinality(keys) loop
      update public.rate_limit_log l set hits = access.admit(l.hits, windows[i]) where l.key = keys[i] returning new.hits into log;
      remaining[i] := allowed[i] - cardinality(log);
    end loop;
  end if;
  return next;
end
$$;

-- Notes what a process saw within a minute: when credentials were last used and where, and which sites showed a form. One statement each;
-- a form remembers 200 sites at most, so that a stranger cannot grow the table.
create function access.note_form_use(uses jsonb, visits jsonb) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
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
  where exists (select from public.form_visit k where k.form_id = f.id and k.origin = x.origin and k.is_allowed = x.is_allowed) or (select count(*) from public.form_visit k where k.form_id = f.id) < 200
  group by f.id, f.tenant_id, x.origin, x.is_allowed order by f.id, x.origin, x.is_allowed
  on conflict (form_id, origin, is_allowed) do update set last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at), visits = v.visits + excluded.visits;
end
$$;

create function access.forget_embed_tickets() returns integer
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with gone as (delete from public.embed_ticket_use where ends_at < statement_timestamp() - interval '25 hours' returning 1),
    days as (delete from public.embed_day_count where day < current_date - 60 returning 1)
  select (select count(*) from gone)::integer + (select count(*) from days)::integer
  $$;

grant execute on function access.enter_form(jsonb), access.enter_agency_key(jsonb), access.show_form(text), access.spend_ticket(bytea, bytea, timestamptz), access.count_issue(), access.seconds_of_day_left(), access.note_form_use(jsonb, jsonb) to liaison_embed;
grant execute on function audit.record(jsonb), audit.record_read(jsonb) to liaison_embed;
grant execute on function access.take_all(text[], integer[], bigint[]) to liaison_guard;
grant execute on function access.forget_embed_tickets() to liaison_job;

reset role;
