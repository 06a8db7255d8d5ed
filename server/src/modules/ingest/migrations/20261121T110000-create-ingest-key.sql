set role liaison_owner;

create table ingest_key (
  id uuid primary key default uuidv7(),
  name text not null check (char_length(name) between 1 and 100),
  source text not null check (source ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  key_hash bytea not null unique,
  key_hint text not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '365 days',
  revoked_at timestamptz,
  last_used_at timestamptz
);
comment on table ingest_key is 'A key with which the provider''s own systems hand records in. Only its digest is kept.';
comment on column ingest_key.key_hint is 'The prefix and last four characters, so that a leaked string can be matched.';
call private.protect('ingest_key');
create policy provider_side on ingest_key to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select (id, name, source, key_hint, created_by, created_at, ends_at, revoked_at, last_used_at), insert, update (revoked_at) on ingest_key to liaison_platform;
comment on column ingest_key.last_used_at is 'When a call with the key was last taken, to the minute.';
-- When a key was last used moves with its use and is no change of it.
create constraint trigger audited after insert or delete or update of name, source, key_hash, key_hint, created_by, created_at, ends_at, revoked_at on ingest_key
  deferrable initially deferred for each row execute function audit.require_event();
create policy noting_use on ingest_key for update to liaison_authz using (true) with check (true);
grant update (last_used_at) on ingest_key to liaison_authz;

reset role;
set role liaison_authz;

create function access.enter_ingest(request jsonb) returns jsonb
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
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'ingest', 'actor_type', 'ingest_key', 'actor_id', found_key.id, 'actor_name', found_key.name,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', coalesce(request ->> 'source', 'api'))));
  return jsonb_build_object('now', statement_timestamp(), 'key_id', found_key.id, 'source', found_key.source);
end
$$;
grant execute on function access.enter_ingest(jsonb) to liaison_ingest;

reset role;
