set role liaison_owner;

-- Whom the work of a partner goes to is decided once at a time: another one comes in the place of one that took it over never.
grant update (new_link_id, ends, decided_by, decided_by_name, decided_at) on link_handover to liaison_tenant;

create function private.enforce_next_handover() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if (new.old_link_id, new.tenant_id) is distinct from (old.old_link_id, old.tenant_id)
    or not exists (
      select from delegation d join link l on l.id = d.id
      where d.id = old.new_link_id and (d.status in ('declined', 'withdrawn', 'lapsed') or (d.status = 'requested' and l.request_expires_at <= statement_timestamp()))) then
    raise exception 'the work is being handed over' using errcode = 'check_violation', constraint = 'link_handover_waits';
  end if;
  return new;
end
$$;
create trigger enforce_next_handover before update on link_handover for each row execute function private.enforce_next_handover();

reset role;
