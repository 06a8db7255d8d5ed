set role liaison_authz;

-- Of a service hear its organisation, whoever pays for it, and the partner that ordered it while a right of it opens the service: as of an order, and of people under a link besides.
create function access.service_webhook_audience(event jsonb) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  found public.service;
  at timestamptz := (event ->> 'occurred_at')::timestamptz + interval '1 millisecond';
  by_client integer := (select p.bit from public.permission p where p.name = 'api.services.read');
  by_person integer := (select p.bit from public.permission p where p.name = 'partner.tenants.read');
  partners uuid[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  select s.* into found from public.service s where s.tenant_id = (event ->> 'tenant_id')::uuid and s.id = (event ->> 'service_id')::uuid;
  partners := array(
    select p.id from public.partner p
    where p.id = found.partner_id and ((p.home_tenant_id = found.tenant_id and not exists (
      select from public.partner_home h where h.partner_id = p.id and h.tenant_id = found.tenant_id and h.status = 'active' and h.accepted_at > at)) or exists (
      select from access.delegation_in_force v join public.delegation d on d.id = v.id
      where d.partner_id = p.id and d.tenant_id = found.tenant_id and d.starts_at <= at and d.approved_at <= at and case d.kind
        when 'link' then not d.has_conditions and get_bit(access.mask_now(d), by_person) = 1
        else get_bit(access.mask_now(d), by_client) = 1 and exists (
          select from public.delegation_account a where a.delegation_id = d.id and a.account_id = found.account_id) end)));
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and e.created_at <= at
        and (e.partner_id = any (partners) or e.tenant_id in (found.tenant_id, found.payer_tenant_id)) and access.webhook_owner_works(e.partner_id, e.tenant_id)), '[]'),
    'delegation_kind', null, 'state', found.status);
end
$$;
comment on function access.service_webhook_audience(jsonb) is 'Who hears of a service: its organisation, whoever pays for it, and the partner that ordered it and may read it.';
grant execute on function access.service_webhook_audience(jsonb) to liaison_job;

reset role;
