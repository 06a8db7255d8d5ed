set role liaison_authz;

-- The exact sliding log for several limits at once: one admission of each, or of none. Keys come in the order of their text, so that no two
-- callers wait for each other. As access.take does, each update looks, decides and writes under its row's lock; where a later log turns out to be
-- full, what was written to the earlier ones goes again before anybody saw it. A refusal leaves nothing and tells how long until all of them
-- admit again, if nobody else comes. Where several are asked for, a full one is mostly seen first, without a lock: entries leave by age alone.
create or replace function access.take_all(keys text[], allowed integer[], windows bigint[])
  returns table (admitted boolean, waits bigint[], remaining integer[])
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  count constant integer := cardinality(keys);
  taken integer := 0;
  size integer;
begin
  loop
    waits := case when count > 1 then access.waits_of(keys, allowed, windows) else '{0}' end;
    admitted := 0 = all (waits);
    exit when not admitted;
    while admitted and taken < count loop
      update public.rate_limit_log l set hits = access.admit(l.hits, windows[taken + 1])
      where l.key = keys[taken + 1] and l.hits[cardinality(l.hits) - allowed[taken + 1] + 1] > access.microseconds() - windows[taken + 1] is not true
      returning cardinality(new.hits) into size;
      if (found) then
        taken := taken + 1;
        remaining[taken] := allowed[taken] - size;
      else
        insert into public.rate_limit_log (key, hits) values (keys[taken + 1], '{}') on conflict do nothing;
        admitted := found;
      end if;
    end loop;
    exit when admitted;
    for i in 1 .. taken loop
      update public.rate_limit_log l set hits = l.hits[:cardinality(l.hits) - 1] where l.key = keys[i];
    end loop;
    taken := 0;
    waits := access.waits_of(keys, allowed, windows);
    -- Otherwise what stood in the way has left meanwhile.
    exit when not 0 = all (waits);
  end loop;
  return next;
end
$$;

reset role;
