set role liaison_authz;

create or replace function access.hold_payer(tenant uuid, account uuid, told_tenant uuid, told_account uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  payer jsonb;
begin
  -- Whoever changes the payer takes this lock alone, so the answer below stays true until the order is committed.
  perform pg_advisory_xact_lock_shared(access.lock_key('billing', account));
  payer := access.billing_of(tenant, account);
  -- So does whoever ends that the wholesaler is the payer, of the wholesaler.
  if payer ->> 'seller_partner_id' is not null then
    perform access.hold('partner', (payer ->> 'seller_partner_id')::uuid);
    payer := access.billing_of(tenant, account);
  end if;
  if payer is null then
    raise exception 'nobody pays for this account' using errcode = 'check_violation', constraint = 'service_order_payer_missing';
  end if;
  if ((payer ->> 'payer_tenant_id')::uuid, (payer ->> 'payer_account_id')::uuid) is distinct from (told_tenant, told_account) then
    raise exception 'another one pays than was told' using errcode = 'check_violation', constraint = 'service_order_payer_changed';
  end if;
  return payer;
end
$$;

reset role;
