set role liaison_authz;

-- What a partner could reach within a time and what it did there: an upper bound, for the day on which one of its keys was lost. Suspensions in
-- between are not taken out, rights are those at the approval and those now.
create function access.blast_radius(wanted_partner uuid, since timestamptz, until timestamptz) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with reachable as (
    select d.*, bounds.open_from, bounds.open_until
    from public.delegation d
    cross join lateral (
      select greatest(d.approved_at, d.starts_at) as open_from,
        least(d.ends_at, case when d.status in ('revoked', 'expired') then d.status_changed_at end) as open_until
    ) bounds
    where d.partner_id = wanted_partner and d.status in ('active', 'suspended', 'expired', 'revoked') and d.approved_at is not null
      and bounds.open_from < until and (bounds.open_until is null or bounds.open_until > since)
  ), acts as (
    select theirs.scope_id as tenant_id, e.action, e.outcome, sum(e.repeats) as times, sum(theirs.row_count) as row_count, min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
    from public.audit_scope own
    join public.audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    join public.audit_scope theirs on theirs.event_id = e.id and theirs.occurred_at = e.occurred_at and theirs.kind = 'tenant'
    where own.kind = 'partner' and own.scope_id = wanted_partner and own.occurred_at >= since and own.occurred_at < until and e.plane = 'delegation'
    group by theirs.scope_id, e.action, e.outcome
  )
  select case when access.context_plane() in ('platform', 'system') then coalesce((
    select jsonb_agg(jsonb_build_object('tenant_id', t.id, 'tenant_name', t.name,
      'delegations', coalesce((
        select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'status', d.status, 'from', d.open_from, 'until', d.open_until, 'mask', d.mask::text, 'snapshot', d.approval_snapshot,
          'client_id', (select c.client_id from public.consent c where c.id = d.id),
          'bans', (select jsonb_agg(a.ban order by a.ban) from public.delegation_account da join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id where da.delegation_id = d.id)) order by d.open_from)
        from reachable d where d.tenant_id = t.id), '[]'),
      'acts', coalesce((
        select jsonb_agg(jsonb_build_object('action', x.action, 'outcome', x.outcome, 'times', x.times, 'row_count', x.row_count, 'first_at', x.first_at, 'last_at', x.last_at) order by x.action, x.outcome)
        from acts x where x.tenant_id = t.id), '[]')) order by t.name, t.id)
    from public.tenant t
    where t.id in (select r.tenant_id from reachable r union select x.tenant_id from acts x)), '[]') end
$$;
grant execute on function access.blast_radius(uuid, timestamptz, timestamptz) to liaison_platform, liaison_job;

reset role;
