set role liaison_owner;

-- An alert is taken by oneself, or given within a link to whom access.alert_assignees names; in SQL it was anybody's id beside any name.
create function private.name_alert_assignee() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user not in ('liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant') then
    return new;
  end if;
  if new.assigned_to = access.context_id('actor_id') then
    new.assigned_to_name := access.acting() ->> 'name';
  elsif session_user = 'liaison_delegate' then
    new.assigned_to_name := (select a.name from access.alert_assignees(new.delegation_id, new.area) a where a.person_id = new.assigned_to limit 1);
  else
    new.assigned_to_name := null;
  end if;
  if new.assigned_to is not null and new.assigned_to_name is null then
    raise exception 'an alert is given to whom the list of assignees names' using errcode = 'check_violation', constraint = 'alert_assignee';
  end if;
  return new;
end
$$;
create trigger name_assignee before update on alert for each row
  when (new.assigned_to is distinct from old.assigned_to or new.assigned_to_name is distinct from old.assigned_to_name) execute function private.name_alert_assignee();

reset role;
