set role liaison_owner;

alter table bulk_operation add column served_at timestamptz;
comment on column bulk_operation.served_at is 'When a worker last took it up. Of the partners that wait, the one that was served longest ago is next.';
create index bulk_operation_served on bulk_operation (partner_id, served_at desc) where served_at is not null;

-- As before; and whoever takes an operation up leaves when that was, also a server that does not know of turns yet.
create or replace function private.enforce_operation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if new.claim_hash is distinct from old.claim_hash and new.claim_hash is not null then
    new.served_at := statement_timestamp();
  end if;
  if new.status = old.status then
    if side = 'partner' and (new.cancelled_by, new.cancelled_by_name) is distinct from (old.cancelled_by, old.cancelled_by_name) then
      raise exception 'who stopped it is said once' using errcode = 'check_violation', constraint = 'bulk_operation_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'bulk_operation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move it from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'bulk_operation_transition';
  end if;
  if new.status = 'cancelled' then
    new.finished_at := statement_timestamp();
    new.claim_hash := null;
    new.claimed_until := null;
  end if;
  return new;
end
$$;

-- What one partner has ordered and is not through is bounded, so that nobody fills the list that all share. Orders of one partner come one after another.
create function private.bound_operations() returns trigger
  language plpgsql
  as $$
begin
  if session_user <> 'liaison_program' then
    return new;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('operations', access.own_partner()));
  if (select count(*) from public.bulk_operation o where o.partner_id = new.partner_id and o.status in ('queued', 'processing')) >= 20 then
    raise exception 'as many operations as may wait do so already' using errcode = 'check_violation', constraint = 'bulk_operation_waiting';
  end if;
  return new;
end
$$;
create trigger bound_operations before insert on bulk_operation for each row execute function private.bound_operations();

reset role;
