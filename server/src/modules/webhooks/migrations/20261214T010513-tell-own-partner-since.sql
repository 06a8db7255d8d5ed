set role liaison_authz;

-- As before; what came before a partner and a tenant were one is told that partner no more than what came before a consent.
create or replace function access.webhook_audience(event jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  about text := event ->> 'about';
  tenant uuid := (event ->> 'tenant_id')::uuid;
  partner uuid := (event ->> 'partner_id')::uuid;
  delegation uuid := (event ->> 'delegation_id')::uuid;
  account uuid := (event ->> 'account_id')::uuid;
  -- The time of an event comes from its id, in whole milliseconds; what was agreed in that very one was agreed before.
  at timestamptz := (event ->> 'occurred_at')::timestamptz + interval '1 millisecond';
  needed integer := (select p.bit from public.permission p where p.name = case about
    when 'order' then 'api.orders.read' when 'tenant' then 'partner.tenants.list' when 'dispute' then 'partner.billing.invoices.read' else 'partner.support.tickets.read' end);
  partners uuid[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  partners := case about
    when 'delegation' then array(
      select d.partner_id from public.delegation d
      where d.id = delegation and d.tenant_id = tenant and d.partner_id = partner and d.approved_at <= at)
    when 'order' then array(
      select p.id from public.partner p
      where p.id = partner and ((p.home_tenant_id = tenant and not exists (
        select from public.partner_home h where h.partner_id = p.id and h.tenant_id = tenant and h.status = 'active' and h.accepted_at > at)) or exists (
        select from access.delegation_in_force v join public.delegation d on d.id = v.id join public.delegation_account a on a.delegation_id = d.id
        where d.partner_id = p.id and d.tenant_id = tenant and a.account_id = account and d.kind in ('consent', 'resale')
          and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)))
    when 'ticket' then array(
      select d.partner_id from access.delegation_in_force v join public.delegation d on d.id = v.id join public.link l on l.id = d.id
      where d.tenant_id = tenant and d.kind = 'link' and not d.has_conditions
        and (event ->> 'type' <> 'partner.tenant.sla_breach' or l.notify_on_sla_breach)
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1
        and (not d.own_accounts_only or access.is_ticket_of_partner(tenant, (event ->> 'ticket_id')::uuid, d.partner_id)))
    -- That a tenant was closed is told by its last links: under a closed one no link is in force.
    when 'tenant' then array(
      select d.partner_id from public.delegation d join public.tenant t on t.id = d.tenant_id
      where d.tenant_id = tenant and d.kind = 'link' and d.status = 'active' and not d.has_conditions
        and (t.status = 'closed' or access.in_force(d)) and (d.ends_at is null or d.ends_at > statement_timestamp())
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)
    -- The other side of a dispute is the partner that raised it, no other one.
    when 'dispute' then array(
      select d.partner_id from access.delegation_in_force v join public.delegation d on d.id = v.id
      where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link' and not d.has_conditions
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)
    when 'account' then array(
      select a.partner_id from public.partner_account a where a.id = (event ->> 'partner_account_id')::uuid and a.tenant_id = tenant and a.partner_id = partner)
    when 'client' then array(select c.partner_id from public.api_client c where c.id = (event ->> 'client_id')::uuid)
    -- A file is the matter of who ordered it: a partner's own, or a tenant's own.
    when 'export' then array(select p.id from public.partner p where p.id = partner)
    -- What happens in a partner's own user base is its own matter.
    when 'realm' then array(select p.id from public.partner p where p.id = partner)
    -- Agreements, referrals, earnings and payouts are a matter between the provider and the partner.
    when 'program' then array(select p.id from public.partner p where p.id = partner)
    else '{}' end;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and e.created_at <= at
        and (e.partner_id = any (partners) or e.tenant_id = tenant) and access.webhook_owner_works(e.partner_id, e.tenant_id)), '[]'),
    'delegation_kind', (select d.kind from public.delegation d where d.id = delegation and d.tenant_id = tenant),
    'state', case about
      when 'order' then (select o.status from public.service_order o where o.tenant_id = tenant and o.id = (event ->> 'order_id')::uuid)
      when 'export' then (select x.status from public.export x where x.id = (event ->> 'export_id')::uuid and x.partner_id is not distinct from partner and x.tenant_id is not distinct from tenant)
      when 'ticket' then (select t.status from public.ticket t where t.tenant_id = tenant and t.id = (event ->> 'ticket_id')::uuid)
      when 'tenant' then (select t.status from public.tenant t where t.id = tenant)
      when 'dispute' then (select d.status from public.invoice_dispute d where d.tenant_id = tenant and d.id = (event ->> 'dispute_id')::uuid)
      when 'client' then (select c.status from public.api_client c where c.id = (event ->> 'client_id')::uuid)
      when 'realm' then coalesce((select k.state from public.kyc_case k where k.partner_id = partner and k.id = (event ->> 'identity_check_id')::uuid),
        (select s.status from public.subscription s where s.partner_id = partner and s.id = (event ->> 'subscription_id')::uuid))
      when 'program' then event ->> 'state'
      when 'voucher' then event ->> 'state'
      else (select d.status from public.delegation d where d.id = delegation and d.tenant_id = tenant) end);
end
$$;

reset role;
