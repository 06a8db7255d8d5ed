-- What forms and agencies do is told to whoever may read them.
create or replace function access.agency_events(since timestamptz) returns TABLE(agency_id uuid, form_id uuid, hour timestamptz, action text, code text, times bigint, minutes bigint) language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
AS $$
begin
  return query
  select c.agency_id, c.form_id, date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z'), e.action, e.code, sum(e.repeats), count(distinct date_trunc('minute', e.occurred_at))
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  join access.agency_credential c on c.tenant_id = s.scope_id and c.id = e.delegation_id
  where s.kind = 'tenant' and s.scope_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and s.occurred_at >= since
    and (e.action = 'voucher.looked_up' or e.action like 'embed.%')
  group by c.agency_id, c.form_id, date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z'), e.action, e.code
  union all
  -- Vouchers speak for themselves, longer than the log is kept at hand.
  select v.agency_id, t.form_id, date_bin('15 minutes', v.requested_at, timestamptz '2000-01-01 00:00:00Z'), case when v.issued_at is null or v.issued_at > v.requested_at then 'voucher.review_requested' else 'voucher.issued' end, null, count(*), count(distinct date_trunc('minute', v.requested_at))
  from public.voucher v left join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
  where v.tenant_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and v.agency_id is not null and v.requested_at >= since
  group by 1, 2, 3, 4;
end
$$;

create or replace function access.agency_figures(agencies uuid[]) returns TABLE(agency_id uuid, forms bigint, issued bigint, refused bigint, last_used_at timestamptz) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  with done as (
    select e.agency_id, sum(e.times) filter (where e.action in ('voucher.issued', 'voucher.review_requested')) as issued, sum(e.times) filter (where e.action like 'embed.%') as refused
    from access.agency_events(statement_timestamp() - interval '30 days') e
    group by e.agency_id)
  select a.id, (select count(*) from public.form f where f.tenant_id = a.tenant_id and f.agency_id = a.id),
    coalesce(d.issued, 0)::bigint, coalesce(d.refused, 0)::bigint,
    (select max(u.last_used_at) from access.agency_credential c join public.agency_credential_use u on u.credential_id = c.id where c.tenant_id = a.tenant_id and c.agency_id = a.id)
  from public.agency a left join done d on d.agency_id = a.id
  where a.tenant_id in (select access.reach('agency', 'select')) and access.context_plane() = 'tenant' and a.id = any (agencies)
  $$;

create or replace function access.own_form_rush(form uuid) returns TABLE(last_hour bigint, threshold bigint) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$ select r.* from access.form_rush(access.context_id('tenant_id'), form) r where access.context_plane() = 'tenant' and exists (select from access.reach('form', 'select')) $$;
