set role liaison_authz;

-- As the function of five arguments, which the version before uses; of a ticket only the part is passed that says whose read it was, with its code.
-- Of the reads in `uses` the use of their sessions is noted as well: whose session it is, the ticket says. It comes last, so that nobody who ends a
-- session waits for whatever these reads wait for.
create function audit.record_reads(admitted boolean[], needs integer[], contexts text[], codes text[], requests jsonb[], events jsonb[], uses boolean[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  secret bytea := (select k.key from access.context_key k);
  recorded uuid;
  used uuid[];
begin
  for i in 1 .. cardinality(contexts) loop
    if needs[i] = 0 or admitted[needs[i]] then
      if encode(sha256(secret || sha256(secret || convert_to('reader ' || contexts[i], 'UTF8'))), 'hex') is distinct from codes[i] then
        raise exception 'the ticket of a read is forged' using errcode = 'insufficient_privilege';
      end if;
      recorded := audit.count_read(requests[i] || contexts[i]::jsonb, events[i]);
      if uses[i] then
        used := used || (contexts[i]::jsonb ->> 'session_id')::uuid;
      end if;
    end if;
  end loop;
  if used is not null then
    perform access.note_use(used);
  end if;
end
$$;
grant execute on function audit.record_reads(boolean[], integer[], text[], text[], jsonb[], jsonb[], boolean[]) to liaison_guard;

reset role;
