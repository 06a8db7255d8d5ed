set role liaison_owner;

comment on column ingest_key.makes_dashboard_tokens is 'Whether the key makes tokens that show the figures of a partner (D12), and then does nothing else. Said when the key is made, and never changed.';

reset role;
set role liaison_authz;

-- A key for dashboards stands on a product's web server, where keys get lost sooner. It acts in a plane of its own, so that no policy
-- for records opens to it.
create or replace function access.enter_ingest(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_key public.ingest_key;
begin
  if session_user <> 'liaison_ingest' then
    raise exception 'this login has no ingest context' using errcode = 'insufficient_privilege';
  end if;
  select k.* into found_key from public.ingest_key k
  where k.key_hash = decode(request ->> 'key_hash', 'hex') and k.revoked_at is null and k.ends_at > statement_timestamp();
  if not found then
    return null;
  end if;
  -- Once a minute, and by one of several calls at the same moment: the others do not wait for its transaction.
  if found_key.last_used_at is null or found_key.last_used_at < statement_timestamp() - interval '1 minute' then
    update public.ingest_key k set last_used_at = statement_timestamp()
    where k.id = (select free.id from public.ingest_key free where free.id = found_key.id for update skip locked);
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', case when found_key.makes_dashboard_tokens then 'dashboard' else 'ingest' end,
    'actor_type', 'ingest_key', 'actor_id', found_key.id, 'actor_name', found_key.name,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', coalesce(request ->> 'source', 'api'))));
  return jsonb_build_object('now', statement_timestamp(), 'key_id', found_key.id, 'source', found_key.source, 'makes_dashboard_tokens', found_key.makes_dashboard_tokens);
end
$$;

reset role;
