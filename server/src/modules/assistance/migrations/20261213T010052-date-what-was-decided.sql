set role liaison_owner;

-- In SQL a side dated what it allowed or ended as it liked: the tenant reads afterwards who of the provider could look, and until when.
-- And a first approval counts while whoever gave it administers the organisation; after that the next one is the first.
create or replace function private.enforce_assisted() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  rule assisted_rule;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'provider' or access.context_plane() is distinct from 'platform' or new.person_id is distinct from actor or new.status <> 'requested' then
      raise exception 'assisted access is asked for by the person who would have it' using errcode = 'check_violation', constraint = 'assisted_actor';
    end if;
    if not exists (select from tenant t where t.id = new.tenant_id and t.status <> 'closed') then
      raise exception 'there is no such tenant' using errcode = 'check_violation', constraint = 'assisted_tenant';
    end if;
    if new.partner_id is not null and not access.works_in_tenant(new.partner_id, new.tenant_id) then
      raise exception 'the partner does not work in the tenant' using errcode = 'check_violation', constraint = 'assisted_partner';
    end if;
    -- Whoever is changing the rule is waited for: once a refusal has been answered, nothing begins under what was allowed before.
    perform pg_advisory_xact_lock_shared(hashtextextended('assisted_rule ' || new.tenant_id, 0));
    select * into rule from assisted_rule r where r.tenant_id = new.tenant_id;
    if rule.mode = 'refuse' then
      raise exception 'the tenant lets support ask for nothing' using errcode = 'check_violation', constraint = 'assisted_refused';
    end if;
    -- A tenant in which one person is not enough to let somebody in is always asked. Nobody lets in themselves.
    if rule.mode = 'allow' and rule.set_by <> actor and not access.asks_for_two(new.tenant_id, 'support', null) then
      new.status := 'active';
      new.basis := 'standing';
      new.decided_by := rule.set_by;
      new.decided_by_name := rule.set_by_name;
      new.decided_at := statement_timestamp();
      new.started_at := statement_timestamp();
      new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
    end if;
    return new;
  end if;
  if (new.id, new.tenant_id, new.partner_id, new.person_id, new.person_name, new.case_number, new.reason, new.duration_minutes, new.basis, new.requested_at, new.answer_by, new.started_at, new.ends_at)
    is distinct from (old.id, old.tenant_id, old.partner_id, old.person_id, old.person_name, old.case_number, old.reason, old.duration_minutes, old.basis, old.requested_at, old.answer_by, old.started_at, old.ends_at) then
    raise exception 'what was asked for never changes' using errcode = 'check_violation', constraint = 'assisted_identity';
  end if;
  if new.first_approved_by is distinct from old.first_approved_by and (side <> 'tenant' or (old.first_approved_by is not null and access.is_in_charge('tenant', old.tenant_id, old.first_approved_by)) or old.status <> 'requested' or new.first_approved_by is distinct from actor
      or actor = old.person_id) then
    raise exception 'an approval names who gave it' using errcode = 'check_violation', constraint = 'assisted_two_people';
  end if;
  new.first_approved_at := case when new.first_approved_by is not distinct from old.first_approved_by then old.first_approved_at else statement_timestamp() end;
  if new.status = old.status then
    if (new.decided_by, new.decided_at, new.ended_at) is distinct from (old.decided_by, old.decided_at, old.ended_at) then
      raise exception 'a decision is a move' using errcode = 'check_violation', constraint = 'assisted_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'assisted' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move assisted access from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  if new.ended_at is not null and new.ended_by_side is distinct from side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'assisted_actor';
  end if;
  if side = 'clock' and not (case new.status when 'lapsed' then old.answer_by else old.ends_at end <= statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  new.decided_at := case when new.decided_by is not distinct from old.decided_by then old.decided_at else statement_timestamp() end;
  if new.ended_at is not null and side <> 'clock' then
    new.ended_at := statement_timestamp();
  end if;
  if new.status = 'active' then
    if old.answer_by <= statement_timestamp() then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'assisted_lapsed';
    end if;
    if new.decided_by is distinct from actor or actor is null or actor = old.person_id then
      raise exception 'somebody else approves, in the own name' using errcode = 'check_violation', constraint = 'assisted_two_people';
    end if;
    if access.asks_for_two(new.tenant_id, 'support', old.person_id) and (old.first_approved_by is null or old.first_approved_by = actor
        or not access.hold_in_charge('tenant', new.tenant_id, old.first_approved_by)) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'assisted_second';
    end if;
    new.started_at := statement_timestamp();
    new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
  end if;
  return new;
end
$$;

reset role;
