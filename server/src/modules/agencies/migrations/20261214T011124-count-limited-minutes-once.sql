set role liaison_authz;

-- As before, but a minute in which a limit refused is counted once: its second row, with the number of repetitions, is written in the next minute
-- under the request of the first. Who calls may name its requests as it likes, so a row is of no minute but its own and the two before.
create or replace function access.agency_events(since timestamp with time zone)
 returns table(agency_id uuid, form_id uuid, hour timestamp with time zone, action text, code text, times bigint, minutes bigint)
 language plpgsql
 stable security definer
 set search_path = pg_catalog, pg_temp
 set enable_seqscan = off
as $$
begin
  return query
  select h.agency_id, h.form_id, date_bin('15 minutes', h.first_at, timestamptz '2000-01-01 00:00:00Z'), h.action, h.code, sum(h.repeats), count(distinct date_trunc('minute', h.first_at))
  from (
    select c.agency_id, c.form_id, e.action, e.code, e.repeats, greatest(e.occurred_at - interval '2 minutes', min(e.occurred_at) over (partition by c.id, e.action, e.code, coalesce(e.request_id, e.id::text))) as first_at
    from public.audit_scope s
    join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    join access.agency_credential c on c.tenant_id = s.scope_id and c.id = e.delegation_id
    where s.kind = 'tenant' and s.scope_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and s.occurred_at >= since
      and (e.action = 'voucher.looked_up' or e.action like 'embed.%')) h
  group by 1, 2, 3, 4, 5
  union all
  -- Vouchers speak for themselves, longer than the log is kept at hand.
  select v.agency_id, t.form_id, date_bin('15 minutes', v.requested_at, timestamptz '2000-01-01 00:00:00Z'), case when v.issued_at is null or v.issued_at > v.requested_at then 'voucher.review_requested' else 'voucher.issued' end, null, count(*), count(distinct date_trunc('minute', v.requested_at))
  from public.voucher v left join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
  where v.tenant_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and v.agency_id is not null and v.requested_at >= since
  group by 1, 2, 3, 4;
end
$$;

reset role;
