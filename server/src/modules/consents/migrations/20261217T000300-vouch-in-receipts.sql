set role liaison_authz;

-- A receipt names whoever receives data as the provider vouches for it, also in the mail: the customer may keep nothing else (C6, C7).
create or replace function access.consent_card(consent_id uuid)
  returns jsonb language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $function$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'environment', k.environment, 'status', k.status),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'ban', case when access.context_plane() = 'program' and p.uses_account_refs then access.customer_ref_of(d.partner_id, a.id) else a.ban end,
        'customer_ref', case when p.uses_account_refs then access.customer_ref_of(d.partner_id, a.id) end, 'currency', a.currency, 'status', a.status,
        'name', case when access.context_plane() <> 'program' then a.name end,
        'payer', case when access.context_plane() <> 'program' then access.billing_of(a.tenant_id, a.id) end) order by da.position, a.ban)
      from public.delegation_account da
      join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id
      where da.delegation_id = d.id), '[]'),
    'has_networks', d.conditions ->> 'ip_mode' is not distinct from 'enforce',
    'networks', case when access.context_plane() <> 'program' and d.conditions ->> 'ip_mode' = 'enforce' then d.conditions -> 'ip_allow' end,
    'last_used_at', access.delegation_last_used(d),
    'vouched', case when access.context_plane() <> 'program' then jsonb_build_object('legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id), 'support_contact', p.approved_support_contact) end,
    'approver_is_here', case when access.context_plane() <> 'program' then access.approver_standing(d.id) -> 'is_here' end)
  from public.delegation d
  join public.consent c on c.id = d.id
  join public.api_client k on k.id = c.client_id
  join public.partner p on p.id = d.partner_id
  where d.id = consent_id and access.is_party_to(d)
$function$;

reset role;
