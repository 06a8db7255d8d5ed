set role liaison_authz;

-- The account number behind a reference that a partner's client wrote as a hint, for the people of the customer alone; null for any other text.
create function access.number_of_hint(partner uuid, tenant uuid, hint text) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select a.ban
  from public.customer_ref r
  join public.billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
  where r.partner_id = partner and r.tenant_id = tenant and r.ref = hint
    and case access.context_plane()
      when 'tenant' then tenant = access.context_id('tenant_id') and access.context_id('client_id') is null
      when 'auth' then exists (
        select from public.tenant_member m
        where m.tenant_id = tenant and m.person_id = access.context_id('actor_id') and m.status = 'active' and m.role = 'TENANT_ADMIN')
      else false end
$$;
grant execute on function access.number_of_hint(uuid, uuid, text) to liaison_tenant, liaison_auth;

reset role;
