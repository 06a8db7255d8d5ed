-- A key with which the provider's own systems hand records in. Only its digest is kept.
create table public.ingest_key (
  id uuid not null default uuidv7(),
  name text not null,
  source text not null,
  key_hash bytea not null,
  key_hint text not null,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '365 days'::interval),
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  makes_dashboard_tokens boolean not null default false,
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint ingest_key_key_hash_key UNIQUE (key_hash),
  constraint ingest_key_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint ingest_key_pkey PRIMARY KEY (id),
  constraint ingest_key_source_check CHECK ((source ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text))
);
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE OR UPDATE OF name, source, key_hash, key_hint, created_by, created_at, ends_at, revoked_at ON public.ingest_key DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.ingest_key FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.ingest_key enable row level security, force row level security;
create policy deciding on public.ingest_key for select to liaison_authz
  using (true);
create policy noting_use on public.ingest_key for update to liaison_authz
  using (true)
  with check (true);
create policy provider_side on public.ingest_key for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.ingest_key to liaison_authz;
grant insert on public.ingest_key to liaison_platform;
grant update (last_used_at) on public.ingest_key to liaison_authz;
grant select (id, name, source, key_hint, created_by, created_at, ends_at, revoked_at, last_used_at, makes_dashboard_tokens) on public.ingest_key to liaison_platform;
grant update (revoked_at) on public.ingest_key to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_ingest(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.enter_ingest(jsonb) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_operator(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not pg_has_role(session_user, 'liaison_owner', 'member') then
    raise exception 'this login has no operator context' using errcode = 'insufficient_privilege';
  end if;
  if request ->> 'plane' is null or request ->> 'plane' not in ('ingest', 'platform', 'system') or request ->> 'actor_name' is null then
    raise exception 'an operator names a plane and who acts' using errcode = 'invalid_parameter_value';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', request ->> 'plane', 'actor_type', 'system', 'actor_id', request ->> 'actor_id',
    'actor_name', request ->> 'actor_name', 'request_id', request ->> 'request_id', 'route', request ->> 'route', 'source', 'cli')));
  return jsonb_build_object('now', statement_timestamp());
end
$function$;
grant execute on access.enter_operator(jsonb) to liaison_owner;
