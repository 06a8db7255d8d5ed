-- Whoever had left the organisation mailed its administrators; and what everybody did is told to those who may read the log.
create or replace function access.ask_tenant_admins(subject text, body text) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  sent integer;
begin
  if access.context_plane() is distinct from 'tenant' or not exists (select from access.reach('tenant', 'select')) then
    raise exception 'only a member asks the administrators' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', ask_tenant_admins.subject, 'text', ask_tenant_admins.body)
  from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
  where tm.tenant_id = access.context_id('tenant_id') and tm.role = 'TENANT_ADMIN' and tm.status = 'active';
  get diagnostics sent = row_count;
  return sent;
end
$$;

create or replace function access.calls_outside(networks text[], since timestamptz) returns TABLE(actor_id uuid, partner_id uuid, occurred_at timestamptz, knows_address boolean) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  with wanted as materialized (
    select case when family(n.range) = 6 and n.range <<= '::ffff:0:0/96' then set_masklen(split_part(host(n.range), '::ffff:', 2)::inet, masklen(n.range) - 96) else n.range end as range
    from (select text::inet as range from unnest(networks) as text) n)
  select e.actor_id, e.partner_id, s.occurred_at, e.ip is not null
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  cross join lateral (select case when family(e.ip) = 6 and e.ip <<= '::ffff:0:0/96' then split_part(host(e.ip), '::ffff:', 2)::inet else e.ip end as address) a
  where s.occurred_at > calls_outside.since and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person'
    and case access.context_plane()
      when 'tenant' then s.kind = 'tenant' and s.scope_id in (select access.reach('audit_scope', 'select'))
      when 'program' then s.kind = 'partner' and s.scope_id = (select access.partner_of_owner()) and e.partner_id = (select access.partner_of_owner())
      else false end
    and not exists (select from wanted w where a.address <<= w.range)
  limit 50000
$$;
