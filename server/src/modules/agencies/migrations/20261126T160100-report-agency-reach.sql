set role liaison_authz;

-- What an agency, or one credential of it, could do within a time and what it did: an upper bound, for the day on which a token or a key was
-- lost. Pauses in between are not taken out. Only the organisation itself asks.
create function access.agency_reach(agency uuid, credential uuid, since timestamptz, until timestamptz) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$
declare
  tenant uuid := access.context_id('tenant_id');
begin
  if (access.context_plane() is distinct from 'tenant') then
    raise exception 'only the organisation asks what its agencies could do' using errcode = 'insufficient_privilege';
  end if;
  return (
    with own as (
      select c.id, c.form_id, d.starts_at as open_from, least(d.ends_at, case when d.status in ('revoked', 'expired') then d.status_changed_at end) as open_until, d.status, d.approval_snapshot
      from access.agency_credential c join public.delegation d on d.tenant_id = c.tenant_id and d.id = c.id
      where c.tenant_id = tenant and c.agency_id = agency and (credential is null or c.id = credential)
    ), reachable as (
      select * from own o where o.open_from < until and (o.open_until is null or o.open_until > since)
    ), acts as (
      select e.action, e.outcome, e.code, sum(e.repeats) as times, min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
      from public.audit_scope s
      join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
      join own o on o.id = e.delegation_id
      where s.kind = 'tenant' and s.scope_id = tenant and s.occurred_at >= since and s.occurred_at < until and e.plane = 'delegation'
      group by e.action, e.outcome, e.code
    ), vouchers as (
      select t.code as voucher_type, v.status, count(*) as times
      from public.voucher v join public.voucher_type t on t.tenant_id = v.tenant_id and t.id = v.voucher_type_id
      where v.tenant_id = tenant and v.agency_id = agency and v.requested_at >= since and v.requested_at < until
        and (credential is null or credential in (v.form_token_id, v.agency_key_id))
      group by t.code, v.status
    )
    select jsonb_build_object(
      'credentials', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', r.id, 'kind', case when r.form_id is null then 'agency_key' else 'form_token' end, 'status', r.status, 'open_from', r.open_from, 'open_until', r.open_until,
          'may', coalesce(r.approval_snapshot -> 'permissions', '[]'),
          'label', coalesce((select ft.display_prefix || '…' || ft.last4 from public.form_token ft where ft.id = r.id), (select k.name || ' (' || k.display_prefix || '…' || k.last4 || ')' from public.agency_key k where k.id = r.id)),
          'form_name', (select f.name from public.form f where f.tenant_id = tenant and f.id = r.form_id),
          'origins', coalesce((select jsonb_agg(o.origin order by o.origin) from public.form_token_origin o where o.tenant_id = tenant and o.token_id = r.id and o.first_seen_at < until and o.last_seen_at >= since), '[]')) order by r.open_from, r.id)
        from reachable r), '[]'),
      'acts', coalesce((select jsonb_agg(to_jsonb(a) order by a.action, a.outcome, a.code) from acts a), '[]'),
      'vouchers', coalesce((select jsonb_agg(to_jsonb(v) order by v.voucher_type, v.status) from vouchers v), '[]')));
end
$$;
grant execute on function access.agency_reach(uuid, uuid, timestamptz, timestamptz) to liaison_tenant;

reset role;
