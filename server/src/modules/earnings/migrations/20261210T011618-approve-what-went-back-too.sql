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
  if (e.kind = 'adjustment' or (e.kind = 'commission' and access.takes_two_people(e.currency, e.amount_minor))) and (e.first_approved_by is null or e.first_approved_by = person) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$$;

-- Who approves an earning approves what was taken back of it before: else the whole is paid, and what went back is asked for later.
create function private.approve_taken_back() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  earned uuid[] := array(select a.id from after a join before b on b.id = a.id where a.kind = 'commission' and a.state = 'approved' and b.state = 'pending');
begin
  if cardinality(earned) > 0 and private.earning_side() is not null then
    update earning c set state = 'approved' where c.reverses_id = any (earned) and c.state = 'pending';
  end if;
  return null;
end
$$;
create trigger take_along after update on earning referencing old table as before new table as after for each statement execute function private.approve_taken_back();

reset role;
