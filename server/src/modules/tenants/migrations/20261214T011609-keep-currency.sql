-- What was billed to an account, or ordered for it, was counted in its currency: that stays what it was.
set role liaison_authz;

create function access.is_account_in_use(tenant uuid, account uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select (session_user <> 'liaison_ingest' or access.context_plane() is not distinct from 'ingest') and (
    exists (select from public.invoice i where i.tenant_id = tenant and i.billing_account_id = account)
    or exists (select from public.commercial_relationship r where r.tenant_id = tenant and r.account_id = account)
    or exists (select from public.commercial_relationship r where r.payer_tenant_id = tenant and r.payer_account_id = account)
    or exists (select from public.service_order o where o.tenant_id = tenant and o.account_id = account))
$$;
grant execute on function access.is_account_in_use(uuid, uuid) to liaison_owner, liaison_ingest;

reset role;
set role liaison_owner;

create function private.keep_currency() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  -- An order that is being placed, or a payer that is being set, is waited for.
  perform pg_advisory_xact_lock(access.lock_key('billing', old.id));
  if access.is_account_in_use(old.tenant_id, old.id) then
    raise exception 'what was billed to an account stays in its currency' using errcode = 'check_violation', constraint = 'billing_account_currency_fixed';
  end if;
  return new;
end
$$;

create trigger keep_currency before update of currency on billing_account for each row
  when (new.currency is distinct from old.currency) execute function private.keep_currency();

reset role;
