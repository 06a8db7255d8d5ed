set role liaison_owner;

-- What the course of a delegation rests on, whoever writes: it is counted one by one, it says truly since when it is there and since
-- when it was agreed, and nobody is named as having agreed who did not. A partner could count to the last number that there is, after
-- which no change was possible any more, the end of its access neither; bring an approval along, with which no review was ever planned,
-- or date its own for years ahead; and the provider could begin a link that was open at once.
create function private.keep_course() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  named text := access.context() ->> 'actor_name';
  agrees boolean;
  since timestamptz := statement_timestamp() - interval '1 hour';
  until timestamptz := statement_timestamp() + interval '1 hour';
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if (new.epoch, new.version) <> (1, 1) then
      raise exception 'the first epoch and the first version are one' using errcode = 'check_violation', constraint = 'delegation_epoch';
    end if;
    if new.created_at not between since and until or new.requested_at not between since and until or new.approved_at not between since and until
      or num_nonnulls(new.suspended_by, new.suspended_by_side) > 0 then
      raise exception 'a delegation begins now' using errcode = 'check_violation', constraint = 'delegation_identity';
    end if;
    if new.kind = 'link' and side <> 'provider'
      and num_nonnulls(new.approved_by, new.approved_by_name, new.approved_at, new.approval_basis, new.approval_snapshot, new.review_stops_at) > 0 then
      raise exception 'nobody has agreed to what is only asked' using errcode = 'check_violation', constraint = 'delegation_two_sides';
    end if;
    if new.kind = 'link' and side = 'provider' and (new.status <> 'approved' or new.approval_basis is distinct from 'operator_attested' or new.approved_at is null
      or new.requested_by is distinct from actor or new.approved_by is distinct from actor or new.starts_at < statement_timestamp() + interval '6 days 23 hours') then
      raise exception 'the provider attests subsidiaries under a contract, and the tenant has a week to object' using errcode = 'check_violation', constraint = 'link_attestation';
    end if;
    return new;
  end if;
  if new.version not between old.version and old.version + 1 or new.epoch not between old.epoch and old.epoch + 1 then
    raise exception 'changes are counted one by one' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  if (new.status_reason, new.status_changed_at) is distinct from (old.status_reason, old.status_changed_at)
    and (new.status = old.status or new.status_changed_at not between since and until) then
    raise exception 'when and why a delegation moved changes with a move alone' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  agrees := old.status = 'requested' and new.status in ('approved', 'active');
  if new.created_at <> old.created_at
    or (new.approved_at is distinct from old.approved_at and (not agrees or new.approved_at is null or new.approved_at not between since and until))
    or ((new.approved_by, new.approved_by_name, new.approval_basis, new.approval_snapshot) is distinct from (old.approved_by, old.approved_by_name, old.approval_basis, old.approval_snapshot)
      and not agrees and side <> 'tenant')
    or (new.approved_by is distinct from old.approved_by and new.approved_by is distinct from actor)
    or (new.approved_by_name is distinct from old.approved_by_name and new.approved_by_name is distinct from named)
    or (new.approval_basis is distinct from old.approval_basis and new.approval_basis is distinct from case side when 'tenant' then 'tenant_approval' when 'partner' then 'partner_acceptance' end) then
    raise exception 'an approval says truly who gave it and when' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  return new;
end
$$;
create trigger keep_course before insert or update on delegation for each row execute function private.keep_course();

-- A line of the history is written by the side that made the change, in the name of the person, now, and of a version that there is. What the
-- database writes of itself names nobody.
create function private.keep_history_own() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is not null and (new.detail ->> 'by' is distinct from side
      or new.detail ->> 'name' <> access.context() ->> 'actor_name'
      or new.changed_at not between statement_timestamp() - interval '1 hour' and statement_timestamp() + interval '1 hour'
      or not exists (select from delegation d where d.id = new.delegation_id and d.tenant_id = new.tenant_id and d.partner_id is not distinct from new.partner_id and new.version between 1 and d.version)) then
    raise exception 'a side writes what it did itself' using errcode = 'check_violation', constraint = 'delegation_history_own';
  end if;
  return new;
end
$$;
create trigger keep_history_own before insert on delegation_history for each row when (current_user = session_user) execute function private.keep_history_own();

-- Whoever asks for a change is named as the one who asked, and it waits no longer than others.
create function private.keep_change_own() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not null and (new.requested_by_name is distinct from access.context() ->> 'actor_name'
      or new.requested_at not between statement_timestamp() - interval '1 hour' and statement_timestamp() + interval '1 hour'
      or new.expires_at > statement_timestamp() + interval '30 days 1 hour'
      or num_nonnulls(new.decided_by, new.decided_at, new.first_approved_by_name, new.first_approved_at, new.first_read) > 0) then
    raise exception 'a change is asked for in the own name, and decided later' using errcode = 'check_violation', constraint = 'change_request_own';
  end if;
  return new;
end
$$;
create trigger keep_change_own before insert on link_change_request for each row execute function private.keep_change_own();

reset role;
