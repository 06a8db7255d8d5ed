set role liaison_authz;

-- Which calls of the last days came from outside some networks. The addresses themselves stay hidden: a tenant learns how often, by whom and when.
create function access.calls_outside(networks text[], since timestamptz)
  returns table (actor_id uuid, partner_id uuid, occurred_at timestamptz, knows_address boolean)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with wanted as materialized (
    select case when family(n.range) = 6 and n.range <<= '::ffff:0:0/96' then set_masklen(split_part(host(n.range), '::ffff:', 2)::inet, masklen(n.range) - 96) else n.range end as range
    from (select text::inet as range from unnest(networks) as text) n)
  select e.actor_id, e.partner_id, s.occurred_at, e.ip is not null
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  cross join lateral (select case when family(e.ip) = 6 and e.ip <<= '::ffff:0:0/96' then split_part(host(e.ip), '::ffff:', 2)::inet else e.ip end as address) a
  where s.occurred_at > calls_outside.since and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person'
    and case access.context_plane()
      when 'tenant' then s.kind = 'tenant' and s.scope_id = access.context_id('tenant_id')
      when 'program' then s.kind = 'partner' and s.scope_id = access.own_partner() and e.partner_id = access.own_partner()
      else false end
    and not exists (select from wanted w where a.address <<= w.range)
  limit 50000
$$;
grant execute on function access.calls_outside(text[], timestamptz) to liaison_tenant, liaison_program;

reset role;
