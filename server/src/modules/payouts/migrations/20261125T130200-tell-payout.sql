set role liaison_authz;

-- The least that is paid out of a currency to a partner now: what its agreement says, else the program, else one minor unit.
create function access.payout_minimum(of_partner uuid, of_currency text) returns bigint
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  terms jsonb := access.agreement_terms(access.agreement_at(of_partner, statement_timestamp()));
begin
  return greatest(1, coalesce((terms #>> array['min_payout', of_currency])::bigint,
    (select (p.defaults #>> array['min_payout', of_currency])::bigint from public.program p where p.code = 'standard'), 1));
end
$$;

-- What stands between a partner and its payout, as [{code, blocks}]; empty when nothing does (program.md section 10). The amount is what would
-- be paid; without one it is not looked at.
create function access.payout_obstacles(of_partner uuid, of_currency text, amount_minor bigint) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  a public.payout_account;
  found_obstacles jsonb := '[]';
  tax_blocks boolean := (select p.tax_document from public.payout_policy p order by p.version desc limit 1) = 'block';
  today date := (statement_timestamp() at time zone 'UTC')::date;
begin
  if not (access.context_plane() in ('platform', 'system') or of_partner = access.partner_as_owner()) then
    return null;
  end if;
  if not exists (select from public.partner p where p.id = of_partner and p.status = 'active') then
    found_obstacles := found_obstacles || '[{"code": "partner_not_active", "blocks": true}]';
  end if;
  select * into a from public.payout_account x where x.partner_id = of_partner and x.ended_at is null;
  if a.id is null then
    found_obstacles := found_obstacles || '[{"code": "no_account", "blocks": true}]';
  else
    if a.verified_at is null then
      found_obstacles := found_obstacles || '[{"code": "account_not_verified", "blocks": true}]';
    end if;
    if a.usable_from > statement_timestamp() then
      found_obstacles := found_obstacles || jsonb_build_object('code', 'account_cooling_off', 'blocks', true, 'until', a.usable_from);
    end if;
    if a.held_at is not null then
      found_obstacles := found_obstacles || '[{"code": "payouts_held", "blocks": true}]';
    end if;
  end if;
  if amount_minor is not null and amount_minor < access.payout_minimum(of_partner, of_currency) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'below_minimum', 'blocks', true, 'minimum_minor', access.payout_minimum(of_partner, of_currency));
  end if;
  if not exists (select from public.tax_document d where d.partner_id = of_partner and d.state = 'verified' and (d.valid_until is null or d.valid_until >= today)) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'tax_document_missing', 'blocks', tax_blocks);
  end if;
  if access.agreement_at(of_partner, statement_timestamp()) is null then
    found_obstacles := found_obstacles || '[{"code": "no_active_agreement", "blocks": false}]';
  end if;
  return found_obstacles;
end
$$;

-- Whether an earning is free to be paid up to an instant: approved, in no payout, and over its waiting time. It reads nothing, so each asks about
-- the rows that it sees, and is planned as if it were written out where it is asked.
create function access.is_free_to_pay(state text, payout_item_id uuid, available_on date, cutoff timestamptz) returns boolean
  language sql immutable
  return state = 'approved' and payout_item_id is null and available_on <= (cutoff at time zone 'UTC')::date;

-- What could be paid out now, for each partner that has something: for the provider, and for an owner what is its own.
create function access.payout_candidates(of_currency text, cutoff timestamptz)
  returns table (partner_id uuid, partner_name text, currency text, amount_minor bigint, row_count bigint, obstacles jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.partner_id, p.name, s.currency::text, s.amount_minor, s.row_count, access.payout_obstacles(s.partner_id, s.currency, s.amount_minor)
  from (
    select e.partner_id, e.currency, sum(e.amount_minor)::bigint as amount_minor, count(*) as row_count
    from public.earning e
    where access.is_free_to_pay(e.state, e.payout_item_id, e.available_on, cutoff) and (of_currency is null or e.currency = of_currency)
      and ((select access.context_plane()) = 'platform' or e.partner_id = (select access.partner_as_owner()))
    group by 1, 2
  ) s join public.partner p on p.id = s.partner_id
  order by p.name, s.partner_id, s.currency
  $$;

-- What a statement of this partner, currency and month would say: every earning once, what was voided since once, every payout once.
create function access.statement_lines(of_partner uuid, of_currency text, of_month date)
  returns table (what text, earning_id uuid, payout_item_id uuid, day date, kind text, state text, about text, base_minor bigint, amount_minor bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  next_month date := (of_month + interval '1 month')::date;
  zone text := coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC');
begin
  if access.context_plane() is null or access.context_plane() not in ('platform', 'system') then
    return;
  end if;
  return query
  select 'earned'::text, e.id, null::uuid, (e.created_at at time zone zone)::date, e.kind, e.state, coalesce(e.reason, t.name, ''), e.base_minor, e.amount_minor
  from public.earning e left join public.referral r on r.id = e.referral_id left join public.tenant t on t.id = r.tenant_id
  where e.partner_id = of_partner and e.currency = of_currency and e.period_month < next_month and e.state <> 'void'
    and not exists (select from public.earning_statement_line l where l.earning_id = e.id and l.what = 'earned')
  union all
  select 'voided'::text, e.id, null::uuid, l.day, e.kind, e.state, l.about, l.base_minor, -l.amount_minor
  from public.earning_statement_line l join public.earning e on e.id = l.earning_id
  where l.what = 'earned' and e.partner_id = of_partner and e.currency = of_currency and e.state = 'void'
    and not exists (select from public.earning_statement_line v where v.earning_id = e.id and v.what = 'voided')
  union all
  select 'paid'::text, null::uuid, i.id, (i.finished_at at time zone zone)::date, 'payout'::text, i.state, i.account_label, null::bigint, -i.amount_minor
  from public.payout_item i
  where i.partner_id = of_partner and i.currency = of_currency and i.state = 'paid' and (i.finished_at at time zone zone)::date < next_month
    and not exists (select from public.earning_statement_line p where p.payout_item_id = i.id)
  order by 4, 1, 2, 3;
end
$$;

-- For whom a month is to be closed: whoever has earnings or payouts up to its end that no statement has told, and no later statement.
create function access.statements_due(of_month date) returns table (partner_id uuid, partner_name text, currency text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select distinct due.partner_id, p.name, due.currency::text
  from (
    select e.partner_id, e.currency::text from public.earning e
    where e.period_month <= of_month and (e.state <> 'void') <> exists (select from public.earning_statement_line l where l.earning_id = e.id and l.what = 'earned')
      and not exists (select from public.earning_statement_line v where v.earning_id = e.id and v.what = 'voided')
    union select i.partner_id, i.currency from public.payout_item i
    where i.state = 'paid' and i.finished_at < of_month + interval '1 month' and not exists (select from public.earning_statement_line l where l.payout_item_id = i.id)
  ) due join public.partner p on p.id = due.partner_id
  where access.context_plane() in ('platform', 'system')
    and not exists (select from public.earning_statement s where s.partner_id = due.partner_id and s.currency = due.currency and s.month >= of_month)
  order by 2, 1, 3
  $$;

-- How many months are over: the last day that a statement may be of, in the program's own time zone.
create function access.last_closed_month() returns date
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select (date_trunc('month', statement_timestamp() at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC')) - interval '1 month')::date
  $$;

-- A statement is of a month that is over, begins with the balance at which the one before ended, and none is slipped in before a later one.
create function access.enforce_statement() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  before bigint;
begin
  perform pg_advisory_xact_lock(access.lock_key('statement ' || new.currency, new.partner_id));
  if new.month > access.last_closed_month() then
    raise exception 'the month is not over' using errcode = 'check_violation', constraint = 'earning_statement_open';
  end if;
  if exists (select from public.earning_statement s where s.partner_id = new.partner_id and s.currency = new.currency and s.month > new.month) then
    raise exception 'a later month is closed' using errcode = 'check_violation', constraint = 'earning_statement_order';
  end if;
  select s.closing_minor into before from public.earning_statement s where s.partner_id = new.partner_id and s.currency = new.currency and s.month < new.month order by s.month desc limit 1;
  if new.opening_minor <> coalesce(before, 0) then
    raise exception 'a statement begins where the one before ended' using errcode = 'check_violation', constraint = 'earning_statement_opening';
  end if;
  return new;
end
$$;

-- A statement is the sum of its lines, in every direction.
create function access.check_statement_sums() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  wrong boolean;
begin
  select (coalesce(sum(l.amount_minor) filter (where l.what = 'earned'), 0), -coalesce(sum(l.amount_minor) filter (where l.what = 'voided'), 0),
      -coalesce(sum(l.amount_minor) filter (where l.what = 'paid'), 0), count(*))
    is distinct from (new.earned_minor::numeric, new.voided_minor::numeric, new.paid_minor::numeric, new.line_count::bigint) into wrong
  from public.earning_statement_line l where l.statement_id = new.id;
  if wrong then
    raise exception 'a statement is the sum of its lines' using errcode = 'check_violation', constraint = 'earning_statement_sums';
  end if;
  return null;
end
$$;
grant execute on function access.enforce_statement(), access.check_statement_sums() to liaison_owner;

-- Mails every owner of the partner, for whoever changes its payout account or pays it.
create function access.mail_partner_owners(of_partner uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  mailed integer;
begin
  if not coalesce((session_user = 'liaison_program' and of_partner = access.partner_as_owner()) or (session_user = 'liaison_platform' and access.context_plane() = 'platform')
    or (session_user = 'liaison_job' and access.context_plane() = 'system'), false) then
    raise exception 'this login mails no owners' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_partner_owners.subject, 'text', mail_partner_owners.body)
  from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
  where m.partner_id = of_partner and m.role = 'PARTNER_OWNER' and m.status = 'active';
  get diagnostics mailed = row_count;
  return mailed;
end
$$;

-- How many other partners are paid to the same account; for the provider, which sees no details either way.
create function access.payout_account_sharers(of_account uuid) returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select count(distinct o.partner_id)::integer
  from public.payout_account a join public.payout_account o on o.fingerprint = a.fingerprint and o.partner_id <> a.partner_id and o.ended_at is null
  where a.id = of_account and access.context_plane() = 'platform'
  $$;

grant execute on function access.payout_obstacles(uuid, text, bigint), access.payout_candidates(text, timestamptz), access.payout_minimum(uuid, text) to liaison_platform, liaison_program;
grant execute on function access.is_free_to_pay(text, uuid, date, timestamptz) to liaison_platform;
grant execute on function access.statement_lines(uuid, text, date), access.statements_due(date), access.last_closed_month() to liaison_platform, liaison_job;
grant execute on function access.mail_partner_owners(uuid, text, text) to liaison_program, liaison_platform, liaison_job;
grant execute on function access.payout_account_sharers(uuid) to liaison_platform;

reset role;
set role liaison_owner;

create trigger enforce_payout_account before insert or update on payout_account for each row execute function access.enforce_payout_account();
create trigger enforce_tax_document before insert or update on tax_document for each row execute function access.enforce_tax_document();
create trigger enforce_payout_batch before insert or update on payout_batch for each row execute function access.enforce_payout_batch();
create trigger enforce_payout_item before insert or update on payout_item for each row execute function access.enforce_payout_item();
create constraint trigger sums after insert on payout_batch deferrable initially deferred for each row execute function access.check_payout_sums();
create constraint trigger sums after insert or update on payout_item deferrable initially deferred for each row execute function access.check_payout_sums();
create constraint trigger paid_through_payout after insert on earning deferrable initially deferred for each row
  when (new.state in ('in_payout', 'paid') or new.payout_item_id is not null) execute function access.check_paid_earning();
create constraint trigger moved_through_payout after update of state, payout_item_id on earning deferrable initially deferred for each row
  when (new.state in ('in_payout', 'paid') or new.payout_item_id is not null or old.payout_item_id is not null) execute function access.check_paid_earning();
create trigger enforce_statement before insert on earning_statement for each row execute function access.enforce_statement();
create constraint trigger sums after insert on earning_statement deferrable initially deferred for each row execute function access.check_statement_sums();

reset role;
