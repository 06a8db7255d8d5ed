set role liaison_owner;

-- What an agency issues is written by the deciding role, which takes whose it is from the context alone. The login of forms keeps its own rights
-- and policies, which bound whatever else it runs.
create policy issuing on voucher for insert to liaison_authz with check (true);
create policy issuing on voucher_recipient for insert to liaison_authz with check (true);
grant insert on voucher, voucher_recipient to liaison_authz;

-- Both are said by what is left: a type is of its organisation, and the token or key that every voucher of an agency names is of its agency.
alter table voucher drop constraint voucher_tenant_id_fkey;
alter table voucher drop constraint voucher_tenant_id_agency_id_fkey;

reset role;
set role liaison_authz;

-- The newest voucher of the type that the same person has, an own one before others; with nothing in it when there is none. Whoever asks at the
-- same moment for the same person waits for the answer of the first. Most people have none, so their key is looked for alone; a condition that
-- is said to be true serves no index, so that the search goes from the person to the voucher whatever was known of the tables when it was planned.
create function access.earlier_voucher(of_tenant uuid, of_agency uuid, of_type uuid, identity bytea, out id uuid, out code text, out is_own boolean)
  language plpgsql volatile
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  held text := pg_advisory_xact_lock(hashtextextended('voucher ' || of_tenant::text || encode(identity, 'hex'), 0))::text;
  vouchers uuid[] := array(select r.voucher_id from public.voucher_recipient r where r.tenant_id = of_tenant and r.identity_key = identity);
  since timestamptz;
begin
  if (cardinality(vouchers) = 0) then
    return;
  end if;
  since := access.voucher_window(of_tenant, of_type, statement_timestamp());
  select v.id, v.code, coalesce(v.agency_id = of_agency, false) into id, code, is_own
  from public.voucher v
  where v.tenant_id = of_tenant and v.id = any (vouchers) and (v.voucher_type_id = of_type and v.requested_at > since) is true
    and (v.status in ('pending_review', 'redeemed') or (v.status = 'issued' and v.expires_at > statement_timestamp())) is true
  order by coalesce(v.agency_id = of_agency, false) desc, v.requested_at desc
  limit 1;
end
$$;

-- As before.
create or replace function access.match_voucher(of_type uuid, identity bytea) returns table (voucher_id uuid, code text, is_own boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  side record := access.issuing_side();
  is_staff boolean := side.plane = 'tenant';
  earlier record;
begin
  if (side.tenant_id is null or (side.agency_id is null and is_staff is not true)) then
    return;
  end if;
  earlier := access.earlier_voucher(side.tenant_id, side.agency_id, of_type, identity);
  if (earlier.id is null) then
    return;
  end if;
  is_own := is_staff or earlier.is_own;
  if (is_own) then
    voucher_id := earlier.id;
    code := earlier.code;
  end if;
  return next;
end
$$;

-- Issues one voucher for the agency of this transaction, as access.issue_voucher does for whoever calls it: whose it is, who issued it and what
-- it is told under come from the context alone. Of `wish` it takes what becomes of it for each earlier voucher (outcomes), codes, the label of
-- the issuer, the recipient and the topics.
create function access.issue_for_agency(of_type uuid, identity bytea, wish jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  context jsonb := access.context();
  tenant uuid := (context ->> 'tenant_id')::uuid;
  agency uuid := (context ->> 'agency_id')::uuid;
  token uuid := (context ->> 'form_token_id')::uuid;
  key uuid := (context ->> 'agency_key_id')::uuid;
  recipient jsonb := wish -> 'recipient';
  earlier record;
  outcome text;
  made record;
begin
  if (session_user <> 'liaison_embed' or agency is null or num_nonnulls(token, key) <> 1) then
    raise exception 'only an agency issues like this' using errcode = 'insufficient_privilege';
  end if;
  earlier := access.earlier_voucher(tenant, agency, of_type, identity);
  outcome := wish -> 'outcomes' ->> (case when earlier.id is null then 'none' when earlier.is_own then 'own' else 'elsewhere' end);
  if (outcome = 'refuse') then
    return jsonb_build_object('refused_for', jsonb_build_object('code', case when earlier.is_own then earlier.code end));
  end if;
  for place in 0 .. jsonb_array_length(wish -> 'codes') - 1 loop
    with issued as (
      insert into public.voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label)
      values (tenant, wish -> 'codes' ->> place, of_type, outcome, agency, context ->> 'agency_name', token, key,
        case when token is not null then 'form' else 'agency_key' end, wish ->> 'issued_by_label')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at
    ), received as (
      insert into public.voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
      select tenant, i.id, recipient ->> 'first_name', recipient ->> 'last_name', (recipient ->> 'date_of_birth')::date,
        (recipient ->> 'household_adults')::integer, (recipient ->> 'household_children')::integer, identity, (recipient ->> 'purge_after')::timestamptz
      from issued i
    ), told as (
      insert into public.outbox (topic, payload)
      select wish -> 'topics' ->> outcome, jsonb_build_object('tenant_id', tenant, 'agency_id', agency, 'voucher_id', i.id, 'state', outcome) from issued i
    )
    select i.* into made from issued i;
    exit when found;
  end loop;
  if (made.id is null) then
    raise exception 'no free code was found for a voucher';
  end if;
  return jsonb_build_object('voucher', to_jsonb(made));
end
$$;
grant execute on function access.issue_for_agency(uuid, bytea, jsonb) to liaison_embed;


reset role;
