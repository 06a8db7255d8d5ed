set role liaison_authz;

-- Which agency and form an event of the log is about: the credential that acted is a delegation by the same id.
create view access.agency_credential as
  select t.id, t.tenant_id, t.agency_id, t.form_id from public.form_token t
  union all
  select k.id, k.tenant_id, k.agency_id, null::uuid from public.agency_key k;

-- What the forms and keys of the mandate's organisation did since: one row for each hour, credential and kind of event. Repeats that the log
-- counts in one row count as what they are.
create function access.agency_events(since timestamptz) returns table (agency_id uuid, form_id uuid, hour timestamptz, action text, code text, times bigint, minutes bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$
begin
  return query
  select c.agency_id, c.form_id, date_trunc('hour', e.occurred_at), e.action, e.code, sum(e.repeats), count(distinct date_trunc('minute', e.occurred_at))
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  join access.agency_credential c on c.tenant_id = s.scope_id and c.id = e.delegation_id
  where s.kind = 'tenant' and s.scope_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and s.occurred_at >= since
    and (e.action = 'voucher.looked_up' or e.action like 'embed.%')
  group by c.agency_id, c.form_id, date_trunc('hour', e.occurred_at), e.action, e.code
  union all
  -- Vouchers speak for themselves, longer than the log is kept at hand.
  select v.agency_id, t.form_id, date_trunc('hour', v.requested_at), case when v.issued_at is null or v.issued_at > v.requested_at then 'voucher.review_requested' else 'voucher.issued' end, null, count(*), count(distinct date_trunc('minute', v.requested_at))
  from public.voucher v left join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
  where v.tenant_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and v.agency_id is not null and v.requested_at >= since
  group by 1, 2, 3, 4;
end
$$;
grant execute on function access.agency_events(timestamptz) to liaison_tenant;

create function access.agency_figures(agencies uuid[]) returns table (agency_id uuid, forms bigint, issued bigint, refused bigint, last_used_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with done as (
    select e.agency_id, sum(e.times) filter (where e.action in ('voucher.issued', 'voucher.review_requested')) as issued, sum(e.times) filter (where e.action like 'embed.%') as refused
    from access.agency_events(statement_timestamp() - interval '30 days') e
    group by e.agency_id)
  select a.id, (select count(*) from public.form f where f.tenant_id = a.tenant_id and f.agency_id = a.id),
    coalesce(d.issued, 0)::bigint, coalesce(d.refused, 0)::bigint,
    (select max(u.last_used_at) from access.agency_credential c join public.agency_credential_use u on u.credential_id = c.id where c.tenant_id = a.tenant_id and c.agency_id = a.id)
  from public.agency a left join done d on d.agency_id = a.id
  where a.tenant_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and a.id = any (agencies)
  $$;
grant execute on function access.agency_figures(uuid[]) to liaison_tenant;

-- How many vouchers a form asked for in the last hour, and from how many on that is far more than usual: 20, or five times what only one hour
-- in twenty of the last four weeks had (E11).
create function access.form_rush(tenant uuid, form uuid) returns table (last_hour bigint, threshold bigint)
  language plpgsql stable
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$
begin
  return query
    with asked as (
      select v.requested_at from public.form_token t join public.voucher v on v.tenant_id = t.tenant_id and v.agency_id = t.agency_id and v.form_token_id = t.id
      where t.tenant_id = tenant and t.form_id = form and v.requested_at > statement_timestamp() - interval '28 days'),
    hours as (
      select h as hour, (select count(*) from asked a where a.requested_at >= h and a.requested_at < h + interval '1 hour') as asked
      from generate_series(statement_timestamp() - interval '28 days', statement_timestamp() - interval '2 hours', interval '1 hour') h)
    select (select count(*) from asked a where a.requested_at > statement_timestamp() - interval '1 hour'),
      greatest(20, ceil(5 * coalesce((select percentile_disc(0.95) within group (order by h.asked) from hours h), 0)))::bigint;
end
$$;

create function access.own_form_rush(form uuid) returns table (last_hour bigint, threshold bigint)
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select r.* from access.form_rush(access.context_id('tenant_id'), form) r where access.context_plane() = 'tenant' $$;
grant execute on function access.own_form_rush(uuid) to liaison_tenant;

-- The forms that issue far more than usual and of which nobody was told within a day.
create function access.rushing_forms() returns table (form_id uuid, tenant_id uuid, tenant_name text, agency_id uuid, agency_name text, form_name text, last_hour bigint, threshold bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if (access.context_plane() is distinct from 'system') then
    raise exception 'only our own work asks this' using errcode = 'insufficient_privilege';
  end if;
  return query
    select f.id, f.tenant_id, n.name, a.id, a.name, f.name, r.last_hour, r.threshold
    from (
      select distinct t.tenant_id, t.form_id from public.voucher v join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
      where v.requested_at > statement_timestamp() - interval '1 hour') busy
    join public.form f on f.tenant_id = busy.tenant_id and f.id = busy.form_id
    join public.agency a on a.tenant_id = f.tenant_id and a.id = f.agency_id
    join public.tenant n on n.id = f.tenant_id
    cross join lateral access.form_rush(f.tenant_id, f.id) r
    where (f.abuse_suspected_at is null or f.abuse_suspected_at < statement_timestamp() - interval '1 day') and r.last_hour > r.threshold;
end
$$;
grant execute on function access.rushing_forms() to liaison_job;

-- A mail to everybody who answers for an organisation, from our own work.
create function access.mail_tenant_admins(tenant uuid, subject text, body text) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if (access.context_plane() is distinct from 'system') then
    raise exception 'only our own work mails like this' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_tenant_admins.subject, 'text', mail_tenant_admins.body)
  from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
  where tm.tenant_id = mail_tenant_admins.tenant and tm.role = 'TENANT_ADMIN' and tm.status = 'active';
end
$$;
grant execute on function access.mail_tenant_admins(uuid, text, text) to liaison_job;

reset role;
