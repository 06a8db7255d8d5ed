set role liaison_authz;

-- Days of waiting are days where the program is at home, as those in which earnings count.
create or replace function access.earning_balance(partner uuid)
  returns table (currency text, balance_minor bigint, pending_minor bigint, held_minor bigint, approved_minor bigint, due_minor bigint, in_payout_minor bigint, paid_minor bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  today date := access.program_day(statement_timestamp());
begin
  if not access.is_in_own_plane() or (session_user = 'liaison_program' and partner is distinct from access.own_partner()) then
    return;
  end if;
  return query
    select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'pending'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'held'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved' and e.available_on <= today), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'in_payout'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0)::bigint
    from public.earning e where e.partner_id = partner group by e.currency order by e.currency;
end
$$;

reset role;
set role liaison_owner;

create or replace function private.check_approval(e earning, side text) returns earning
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  policy earning_policy := access.earning_policy_now();
  person uuid := access.context_id('actor_id');
begin
  e.approved_at := statement_timestamp();
  if side = 'clock' then
    if e.kind = 'adjustment' or not policy.approves_by_itself or e.available_on > access.program_day(statement_timestamp()) or access.takes_two_people(e.currency, e.amount_minor) then
      raise exception 'the policy does not approve this by itself' using errcode = 'check_violation', constraint = 'earning_approval';
    end if;
    e.policy_version := policy.version;
    return e;
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  if (e.kind = 'adjustment' or access.takes_two_people(e.currency, e.amount_minor)) and (e.first_approved_by is null or e.first_approved_by = person) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$$;

reset role;
