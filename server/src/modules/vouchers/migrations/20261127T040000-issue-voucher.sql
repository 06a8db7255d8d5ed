set role liaison_authz;

-- One voucher in one round trip: the earlier one for the same person is looked for, and what was decided beforehand for each case is done.
-- It runs with the rights of whoever calls it, so policies and column grants bound it as they bound the same statements one by one.
-- `outcomes` says for none, own and elsewhere: issued, pending_review or refuse.
create function access.issue_voucher(of_type uuid, identity bytea, wish jsonb) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  tenant uuid := access.context_id('tenant_id');
  issuer jsonb := wish -> 'issuer';
  recipient jsonb := wish -> 'recipient';
  found_code text;
  found_own boolean;
  outcome text;
  candidate text;
  made record;
begin
  select m.code, m.is_own into found_code, found_own from access.match_voucher(of_type, identity) m;
  outcome := wish -> 'outcomes' ->> (case when not found then 'none' when found_own then 'own' else 'elsewhere' end);
  if (outcome = 'refuse') then
    return jsonb_build_object('refused_for', jsonb_build_object('code', found_code));
  end if;
  for candidate in select c.value from jsonb_array_elements_text(wish -> 'codes') c loop
    if (issuer ->> 'issuer_mode' = 'staff') then
      insert into public.voucher (tenant_id, code, voucher_type_id, status, issuer_mode)
      values (tenant, candidate, of_type, outcome, 'staff')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at into made;
    else
      insert into public.voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label)
      values (tenant, candidate, of_type, outcome, (issuer ->> 'agency_id')::uuid, issuer ->> 'agency_name', (issuer ->> 'form_token_id')::uuid,
        (issuer ->> 'agency_key_id')::uuid, issuer ->> 'issuer_mode', issuer ->> 'issued_by_label')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at into made;
    end if;
    exit when made.id is not null;
  end loop;
  if (made.id is null) then
    raise exception 'no free code was found for a voucher';
  end if;
  insert into public.voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
  values (tenant, made.id, recipient ->> 'first_name', recipient ->> 'last_name', (recipient ->> 'date_of_birth')::date,
    (recipient ->> 'household_adults')::integer, (recipient ->> 'household_children')::integer, identity, (recipient ->> 'purge_after')::timestamptz);
  insert into public.outbox (topic, payload)
  values (wish -> 'topics' ->> outcome, (wish -> 'news') || jsonb_build_object('voucher_id', made.id, 'state', outcome));
  return jsonb_build_object('voucher', to_jsonb(made));
end
$$;
grant execute on function access.issue_voucher(uuid, bytea, jsonb) to liaison_tenant, liaison_embed;

reset role;
