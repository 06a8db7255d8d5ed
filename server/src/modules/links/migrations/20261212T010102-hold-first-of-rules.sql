set role liaison_owner;

-- Looser rules that somebody asked for who administers the organisation no more wait for a first person anew: whoever is next is that one.
create or replace function private.enforce_rules()
  returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  actor uuid := access.context_id('actor_id');
begin
  if private.side_of_login() is distinct from 'tenant' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Nothing is looser than no rules.
    if new.proposed is not null then
      raise exception 'looser rules wait beside those that hold' using errcode = 'check_violation', constraint = 'policy_two_people';
    end if;
    return new;
  end if;
  if new.proposed is null then
    new.proposed_by := null;
    new.proposed_by_name := null;
    new.proposed_at := null;
    new.proposed_until := null;
  elsif new.proposed is distinct from old.proposed or old.proposed_until <= statement_timestamp()
    or (actor is distinct from old.proposed_by and not access.is_in_charge('tenant', new.tenant_id, old.proposed_by)) then
    new.proposed_by := actor;
    new.proposed_by_name := access.context() ->> 'actor_name';
    new.proposed_at := statement_timestamp();
    new.proposed_until := statement_timestamp() + interval '7 days';
  else
    new.proposed_by := old.proposed_by;
    new.proposed_by_name := old.proposed_by_name;
    new.proposed_at := old.proposed_at;
    new.proposed_until := old.proposed_until;
  end if;
  if private.loosens_rules(old, new) and access.asks_for_two(new.tenant_id, 'msp_full', null)
    and (old.proposed is null or actor is null or old.proposed_by is null or old.proposed_by = actor or old.proposed_until <= statement_timestamp() or private.rules_of(new) <> old.proposed
      or not access.hold_in_charge('tenant', new.tenant_id, old.proposed_by)) then
    raise exception 'looser rules take a second person' using errcode = 'check_violation', constraint = 'policy_two_people';
  end if;
  return new;
end
$$;

reset role;
