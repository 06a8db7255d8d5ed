set role liaison_authz;

-- Different from before: nothing new is billed to an organisation that was closed, or sold by a partner that is terminated, or counted in another currency than that of whoever pays. What runs goes on.
create or replace function access.billing_of(tenant uuid, account uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $$
  select jsonb_build_object('relationship_id', r.id, 'kind', r.kind, 'payer_tenant_id', r.payer_tenant_id, 'payer_name', t.name, 'payer_account_id', r.payer_account_id, 'payer_ban', a.ban,
    'seller_partner_id', r.seller_partner_id)
  from public.commercial_relationship r
  join public.tenant t on t.id = r.payer_tenant_id and t.status <> 'closed'
  join public.billing_account a on a.tenant_id = r.payer_tenant_id and a.id = r.payer_account_id and a.status = 'active'
  join public.billing_account own on own.tenant_id = r.tenant_id and own.id = r.account_id and own.status = 'active' and own.currency = a.currency
  where r.tenant_id = tenant and r.account_id = account and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
    and (r.kind <> 'resale' or exists (select from public.partner p where p.id = r.seller_partner_id and p.home_tenant_id = r.payer_tenant_id and p.status <> 'terminated'))
$$;

reset role;
