set role liaison_owner;

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
