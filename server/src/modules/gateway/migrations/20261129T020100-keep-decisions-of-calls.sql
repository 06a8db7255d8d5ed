set role liaison_owner;

call private.stamp_changes('gateway', 'id');
call private.stamp_changes('gateway_upstream', 'gateway_id');
call private.stamp_changes('protected_upstream', 'id');
call private.stamp_changes('protected_route', 'upstream_id');

reset role;
set role liaison_authz;

-- A read about which a gateway asks with the ticket of a decision made before (access.enter_client) and what was kept of the gateway's own door:
-- in whose name it is recorded if neither has changed and the ticket was made for this very question, else null. Whoever waited for the limits
-- before is compared at the time after the wait. It runs at nearly every call, so client and gateway are compared in one look.
create function access.call_that_holds(ticket text, question jsonb, of_request jsonb, of_gateway jsonb) returns jsonb
  language plpgsql volatile
  as $$
declare
  body jsonb := substr(ticket, 65);
  of_client jsonb := body -> 'kept';
  secret bytea;
begin
  select k.key into secret
  from access.context_key k
  where clock_timestamp() < (of_client ->> 'until')::timestamptz
    and clock_timestamp() < (of_gateway ->> 'until')::timestamptz
    and of_gateway ->> 'era' = of_client ->> 'era'
    and exists (select from access.stamp_era e where e.id = (of_client ->> 'era')::uuid)
    and not exists (
      select from access.stamp s
      where s.key = any ((of_client ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_client ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_client ->> 'snapshot')::pg_snapshot))
    and not exists (
      select from access.stamp s
      where s.key = any ((of_gateway ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_gateway ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_gateway ->> 'snapshot')::pg_snapshot));
  -- Only enter_client signs these, and the code of a context or of a person's ticket is no code of one.
  if secret is null or body -> 'question' is distinct from question or of_request - access.request_fields() <> '{}'
    or encode(sha256(secret || sha256(secret || convert_to('call ' || substr(ticket, 65), 'UTF8'))), 'hex') <> left(ticket, 64) then
    return null;
  end if;
  return of_request || (body - '{question,kept}'::text[]);
end
$$;

-- The reads of several calls in one statement, for the login that takes their limits in the same one: which of them still hold. Those are recorded,
-- each in the name that its ticket says. Of calls that wait for an admission (`needs`, its place in `admitted`) only those are looked at that got it.
create function audit.record_calls(admitted boolean[], needs integer[], tickets text[], questions jsonb[], requests jsonb[], gateways jsonb[], events jsonb[]) returns boolean[]
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  held boolean[] := '{}';
  context jsonb;
  recorded uuid;
begin
  for i in 1 .. cardinality(tickets) loop
    context := case when needs[i] = 0 or admitted[needs[i]] then access.call_that_holds(tickets[i], questions[i], requests[i], gateways[i]) end;
    if context is not null then
      recorded := audit.count_read(context, events[i]);
    end if;
    held := held || (context is not null);
  end loop;
  return held;
end
$$;
grant execute on function audit.record_calls(boolean[], integer[], text[], jsonb[], jsonb[], jsonb[], jsonb[]) to liaison_guard;

reset role;
