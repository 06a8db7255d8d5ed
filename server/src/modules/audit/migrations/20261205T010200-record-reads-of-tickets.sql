set role liaison_authz;

-- Reads of several people in one statement, as the function of seven arguments, which the version before uses. Whose read it was is said by the
-- row of its ticket alone, which access.enter_person wrote; that it has lapsed since does not matter, because what was read was read. The usual
-- read counts in a window that is open, which is one statement for each, in the order that all processes keep; any other is written by what the
-- ticket and its request say.
create function audit.record_reads(admitted boolean[], needs integer[], tickets uuid[], requests jsonb[], events jsonb[], uses boolean[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  whose text;
  recorded uuid;
begin
  for i in 1 .. cardinality(tickets) loop
    if needs[i] = 0 or admitted[needs[i]] then
      update audit_read_window w set repeats = w.repeats + 1, row_count = w.row_count + coalesce((events[i] ->> 'row_count')::bigint, 0)
      where (w.actor_id, w.plane, w.tenants_digest) = (
          select t.person_id, t.plane, sha256(convert_to(concat(t.tenant_id, ' ', events[i] ->> 'action', ' ', events[i] ->> 'resource_id', ' '), 'UTF8'))
          from access.kept_ticket t where t.id = tickets[i])
        and w.route = requests[i] ->> 'route' and w.started_at > clock_timestamp() - interval '60 seconds' and not events[i] ? 'tenants';
      if not found then
        select t.context into whose from access.kept_ticket t where t.id = tickets[i];
        if whose is null then
          raise exception 'the ticket of a read is not known' using errcode = 'insufficient_privilege';
        end if;
        recorded := audit.count_read(requests[i] || whose::jsonb, events[i]);
      end if;
    end if;
  end loop;
  if true = any (uses) then
    perform access.note_use(array(
      select t.session_id from unnest(tickets, needs, uses) asked (ticket, needed, is_use) join access.kept_ticket t on t.id = asked.ticket
      where asked.is_use and (asked.needed = 0 or admitted[asked.needed])));
  end if;
end
$$;
grant execute on function audit.record_reads(boolean[], integer[], uuid[], jsonb[], jsonb[], boolean[]) to liaison_guard;

reset role;
