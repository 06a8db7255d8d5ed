set role liaison_authz;

-- As before; but a credit does not age, as in billing: it took from what is overdue, so that late invoices beside it were not told, and one
-- that was older than a month was itself told as an invoice that is overdue.
create or replace function access.observe_money() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with today as (select (statement_timestamp() at time zone 'UTC')::date as day),
  owed as (
    select i.tenant_id, i.currency, sum(i.balance_minor) as outstanding, coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0) as owed,
      coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and i.due_on < today.day), 0) as overdue,
      coalesce(max(today.day - i.due_on) filter (where i.balance_minor > 0 and i.due_on < today.day), 0) as oldest_days,
      jsonb_build_object('current', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and i.due_on >= today.day), 0),
        'days_1_30', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 1 and 30), 0), 'days_31_60', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 31 and 60), 0),
        'days_61_90', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 61 and 90), 0), 'days_over_90', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on > 90), 0)) as ageing
    from public.invoice i cross join today
    where i.balance_minor <> 0
    group by i.tenant_id, i.currency),
  over_threshold as (
    select g.*, o.outstanding, o.currency, o.ageing, o.oldest_days, 100.0 * o.outstanding / g.billing_alert_threshold_minor as percent
    from access.alert_target g join owed o on o.tenant_id = g.tenant_id and o.currency = g.billing_alert_currency
    where g.type = 'ar_threshold' and g.is_enabled and g.billing_alert_threshold_minor is not null),
  late_readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.critical, g.channels, g.digest, g.notify_on_billing_threshold as is_told
    from access.alert_target g where g.type = 'overdue_threshold' and g.is_enabled
    union all
    select 'tenant', null, t.id, null, def.warning, def.critical, '{in_app,webhook}', 'none', true
    from public.tenant t cross join public.alert_default def where def.type = 'overdue_threshold' and t.status <> 'closed')
  select 'ar_threshold:partner:' || x.link_id || ':' || x.currency, 'partner', x.partner_id, x.tenant_id, x.link_id, 'ar_threshold', 'billing', v.level, v.held,
    case v.level when 2 then 'critical' else 'warning' end,
    format('The outstanding amount is at %s %% of its threshold', floor(x.percent)), format('Told at %s %% and at %s %% of the threshold of this link.', trim_scale(x.warning), trim_scale(x.critical)),
    jsonb_build_object('currency', x.currency, 'current_minor', x.outstanding, 'threshold_minor', x.billing_alert_threshold_minor, 'percent', floor(x.percent), 'oldest_overdue_days', x.oldest_days, 'ageing_minor', x.ageing),
    x.channels, x.digest, x.notify_on_billing_threshold, null::uuid, null::uuid
  from over_threshold x
  cross join lateral (select (case when x.percent >= x.critical then 2 when x.percent >= x.warning then 1 else 0 end)::smallint as level,
    (case when x.percent >= x.critical * x.rearm then 2 when x.percent >= x.warning * x.rearm then 1 else 0 end)::smallint as held) v
  where v.held > 0
  union all
  select 'overdue_threshold:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || w.currency, o.audience, o.partner_id, o.tenant_id, o.link_id, 'overdue_threshold', 'billing', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case when w.oldest_days > o.warning then format('An invoice in %s is %s days overdue', w.currency, w.oldest_days) else format('%s %% of what is outstanding in %s is overdue', floor(s.share), w.currency) end,
    format('%s %% of the outstanding amount in %s is overdue; the oldest invoice by %s days.', floor(s.share), w.currency, w.oldest_days),
    jsonb_build_object('currency', w.currency, 'current_minor', w.overdue, 'threshold_minor', null, 'percent', floor(s.share), 'oldest_overdue_days', w.oldest_days, 'ageing_minor', w.ageing),
    o.channels, o.digest, o.is_told, null, null
  from owed w
  join late_readers o on o.tenant_id = w.tenant_id
  cross join lateral (select case when w.owed > 0 then 100.0 * w.overdue / w.owed else 0 end as share) s
  cross join lateral (select (case when w.oldest_days > o.critical or s.share > 25 then 2 when w.oldest_days > o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$$;

reset role;
