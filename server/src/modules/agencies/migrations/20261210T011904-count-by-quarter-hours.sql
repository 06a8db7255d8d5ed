set role liaison_authz;

-- As before, by quarters of an hour: in some time zones a day does not begin with an hour.
create or replace function access.agency_events(since timestamptz) returns table (agency_id uuid, form_id uuid, hour timestamptz, action text, code text, times bigint, minutes bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$
begin
  return query
  select c.agency_id, c.form_id, date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z'), e.action, e.code, sum(e.repeats), count(distinct date_trunc('minute', e.occurred_at))
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  join access.agency_credential c on c.tenant_id = s.scope_id and c.id = e.delegation_id
  where s.kind = 'tenant' and s.scope_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and s.occurred_at >= since
    and (e.action = 'voucher.looked_up' or e.action like 'embed.%')
  group by c.agency_id, c.form_id, date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z'), e.action, e.code
  union all
  -- Vouchers speak for themselves, longer than the log is kept at hand.
  select v.agency_id, t.form_id, date_bin('15 minutes', v.requested_at, timestamptz '2000-01-01 00:00:00Z'), case when v.issued_at is null or v.issued_at > v.requested_at then 'voucher.review_requested' else 'voucher.issued' end, null, count(*), count(distinct date_trunc('minute', v.requested_at))
  from public.voucher v left join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
  where v.tenant_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and v.agency_id is not null and v.requested_at >= since
  group by 1, 2, 3, 4;
end
$$;

reset role;
