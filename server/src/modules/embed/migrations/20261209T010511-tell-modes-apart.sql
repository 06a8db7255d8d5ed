set role liaison_authz;

-- As before; also whether a token is for trying out, and its tenant.
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
$$;

-- As before; and a test token opens a sandbox alone, where no live one opens anything.
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
    and (facts -> 'token' ->> 'kind' = 'agency_key' or (facts -> 'token' ->> 'mode' = 'test') = (facts -> 'tenant' ->> 'is_sandbox')::boolean)
    and facts -> 'agency' ->> 'status' = 'active'
    and (facts -> 'delegation' ->> 'is_in_force')::boolean, false);
end
$$;

reset role;
