-- As the log itself.
create or replace function audit.completeness(since timestamptz, until timestamptz, most integer) returns TABLE(events bigint, missing bigint, waiting bigint, sealed_at timestamptz, verified_at timestamptz, faults bigint) language sql stable security definer set search_path = pg_catalog, public, pg_temp
AS $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then (select reached from access.reach('audit_scope', 'select') reached) end as scope_id
  ), counted as (
    select count(*) as events, count(*) filter (where e.id is null) as missing, count(*) filter (where e.id is not null and l.event_id is null) as waiting
    from (
      select s.event_id, s.occurred_at from reader join audit_scope s on s.kind = reader.kind and s.scope_id = reader.scope_id
      where s.occurred_at >= since and s.occurred_at < until
      order by s.occurred_at desc, s.event_id desc limit most
    ) own
    left join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    left join audit_leaf l on l.event_id = own.event_id
  )
  select counted.events, counted.missing, counted.waiting, sealed.sealed_at, verified.verified_at, verified.fault_count
  from counted
  left join lateral (select c.sealed_at from audit_checkpoint c order by c.size desc limit 1) sealed on true
  left join lateral (select v.verified_at, v.fault_count from audit_verification v order by v.number desc limit 1) verified on true
$$;
