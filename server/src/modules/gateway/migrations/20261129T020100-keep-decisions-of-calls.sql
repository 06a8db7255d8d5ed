set role liaison_owner;

call private.stamp_changes('gateway', 'id');
call private.stamp_changes('gateway_upstream', 'gateway_id');
call private.stamp_changes('protected_upstream', 'id');
call private.stamp_changes('protected_route', 'upstream_id');

reset role;
set role liaison_authz;

-- The door of a read about which a gateway asks with the ticket of a decision made before (access.enter_client) and what was kept of the
-- gateway's own door: puts the context in force again if neither has changed and the ticket was made for this very question. Returns the time,
-- or null when the long way must be gone. It runs at nearly every call, so both are compared in one look.
create function access.resume_call(ticket text, question jsonb, of_request jsonb, of_gateway jsonb) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  body jsonb := substr(ticket, 65);
  of_client jsonb := body -> 'kept';
  secret bytea;
  message text;
begin
  select k.key into secret
  from access.context_key k
  where statement_timestamp() < (of_client ->> 'until')::timestamptz
    and statement_timestamp() < (of_gateway ->> 'until')::timestamptz
    and of_gateway ->> 'era' = of_client ->> 'era'
    and exists (select from access.stamp_era e where e.id = (of_client ->> 'era')::uuid)
    and not exists (
      select from access.stamp s
      where s.key = any ((of_client ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_client ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_client ->> 'snapshot')::pg_snapshot))
    and not exists (
      select from access.stamp s
      where s.key = any ((of_gateway ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_gateway ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_gateway ->> 'snapshot')::pg_snapshot));
  -- Only enter_client signs these, and the code of a context or of a person's ticket is no code of one.
  if secret is null or body -> 'question' is distinct from question or body ->> 'login' is distinct from session_user or of_request - access.request_fields() <> '{}'
    or encode(sha256(secret || sha256(secret || convert_to('call ' || substr(ticket, 65), 'UTF8'))), 'hex') <> left(ticket, 64) then
    return null;
  end if;
  message := set_config('liaison.context', (of_request || (body - '{question,login,kept}'::text[]))::text, true);
  message := set_config('liaison.mac', encode(sha256(secret || sha256(secret || convert_to(message, 'UTF8'))), 'hex'), true);
  return statement_timestamp();
end
$$;
grant execute on function access.resume_call(text, jsonb, jsonb, jsonb) to liaison_delegate, liaison_tenant;

reset role;
