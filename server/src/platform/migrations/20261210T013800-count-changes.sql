set role liaison_owner;

-- For tables whose version two sides count: whoever counted it to the last number that there is in SQL would keep the other side, and the jobs,
-- from every change after, such as that something is stopped.
create function private.count_changes() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'changes are counted one by one' using errcode = 'check_violation', constraint = tg_table_name || '_version';
end
$$;

reset role;
