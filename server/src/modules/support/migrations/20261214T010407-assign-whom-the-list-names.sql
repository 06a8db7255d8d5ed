set role liaison_owner;

-- The API gives a ticket to whom access.ticket_assignees names, by the name that they have; in SQL it was anybody's id beside any name, which the
-- tenant's page and the mails then told.
create function private.name_ticket_assignee() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user not in ('liaison_delegate', 'liaison_tenant') then
    return new;
  end if;
  new.assigned_to_name := (select a.name from access.ticket_assignees() a where a.person_id = new.assigned_to limit 1);
  if new.assigned_to is not null and new.assigned_to_name is null then
    raise exception 'a ticket is given to whom the list of assignees names' using errcode = 'check_violation', constraint = 'ticket_assignee';
  end if;
  return new;
end
$$;
create trigger name_assignee_insert before insert on ticket for each row
  when (new.assigned_to is not null or new.assigned_to_name is not null) execute function private.name_ticket_assignee();
create trigger name_assignee_update before update on ticket for each row
  when (new.assigned_to is distinct from old.assigned_to or new.assigned_to_name is distinct from old.assigned_to_name) execute function private.name_ticket_assignee();

reset role;
