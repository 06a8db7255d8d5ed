set role liaison_owner;

-- A first approval counts while whoever gave it is an admin; after that the next one is the first.
create or replace function private.check_approval(e public.earning, side text)
  returns public.earning
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  policy earning_policy := access.earning_policy_now();
  person uuid := access.context_id('actor_id');
begin
  e.approved_at := statement_timestamp();
  -- What is taken back is approved with what it was earned as, by whoever approves that, and never before it.
  if e.kind = 'clawback' then
    if (select o.state from earning o where o.id = e.reverses_id) in ('pending', 'held') then
      raise exception 'what is taken back waits as long as what was earned' using errcode = 'check_violation', constraint = 'earning_waits_with_original';
    end if;
    if side = 'clock' then
      e.policy_version := policy.version;
      return e;
    end if;
  end if;
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
  if (e.kind = 'adjustment' or (e.kind = 'commission' and access.takes_two_people(e.currency, e.amount_minor))) and (e.first_approved_by is null or e.first_approved_by = person
      or not access.hold_in_charge('provider', null, e.first_approved_by)) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$$;

create or replace function private.enforce_earning()
  returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.earning_side();
begin
  if tg_op = 'INSERT' then
    if new.kind = 'adjustment' then
      return private.check_adjustment(new, side);
    elsif side = 'provider' then
      raise exception 'what is earned on payments is calculated' using errcode = 'check_violation', constraint = 'earning_transition';
    elsif new.kind = 'clawback' then
      perform private.check_clawback(new);
      if new.state = 'approved' then
        new.approved_at := statement_timestamp();
      end if;
    elsif side is not null and new.state not in ('pending', 'held') then
      raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.referral_id, new.agreement_id, new.billing_event_id, new.kind, new.component, new.reverses_id, new.occurred_at, new.service_month, new.period_month, new.currency, new.base_minor, new.amount_minor, new.available_on, new.reason, new.created_at)
    is distinct from (old.id, old.partner_id, old.program_id, old.referral_id, old.agreement_id, old.billing_event_id, old.kind, old.component, old.reverses_id, old.occurred_at, old.service_month, old.period_month, old.currency, old.base_minor, old.amount_minor, old.available_on, old.reason, old.created_at)
    or new.calc <> old.calc then
    raise exception 'what an earning says never changes' using errcode = 'restrict_violation', constraint = 'earning_immutable';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state then
    if new.state = 'pending' and new.first_approved_by is not null and new.first_approved_by is distinct from old.first_approved_by
      and (old.first_approved_by is null or not access.is_in_charge('provider', null, old.first_approved_by)) then
      if access.is_partner_member(new.partner_id, access.context_id('actor_id')) then
        raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
      end if;
      new.first_approved_by := access.context_id('actor_id');
      new.first_approved_by_name := access.context() ->> 'actor_name';
      new.first_approved_at := statement_timestamp();
      return new;
    end if;
    raise exception 'nothing of an earning changes but its state' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if not exists (select from state_transition t where t.entity = 'earning' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an earning from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  new.state_changed_at := statement_timestamp();
  if new.first_approved_by is distinct from old.first_approved_by then
    raise exception 'a first approval is a step of its own' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if old.state = 'pending' and new.state = 'approved' then
    return private.check_approval(new, side);
  end if;
  if new.state in ('held', 'pending') then
    new.first_approved_by := null;
    new.first_approved_by_name := null;
    new.first_approved_at := null;
    new.approved_by := null;
    new.approved_by_name := null;
    new.approved_at := null;
    new.policy_version := null;
  end if;
  return new;
end
$$;

reset role;
