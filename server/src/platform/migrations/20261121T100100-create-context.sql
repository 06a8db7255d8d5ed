set role liaison_owner;

create table access.context_key (
  singleton boolean primary key default true check (singleton),
  key bytea not null default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
);
comment on table access.context_key is 'The key that authenticates the access context of a transaction, so that injected SQL cannot set one.';
insert into access.context_key default values;
alter table access.context_key enable row level security;
alter table access.context_key force row level security;
create policy deciding on access.context_key for select to liaison_authz using (true);
grant select on access.context_key to liaison_authz;

create table permission (
  name text primary key,
  bit integer not null unique check (bit between 0 and 255),
  plane text not null,
  is_sensitive boolean not null,
  is_whole boolean not null
);
comment on table permission is 'The permission catalogue of the code, written by the migrate command. Bits are never renumbered.';
call private.protect('permission');
create policy catalogue on permission for select to public using (true);
grant select on permission to public;

create table relation_permission (
  relation text not null,
  operation text not null check (operation in ('select', 'insert', 'update', 'delete')),
  plane text not null check (plane in ('tenant', 'delegation')),
  mask bit(256) not null,
  primary key (relation, operation, plane)
);
comment on table relation_permission is 'Which permissions open a tenant-owned relation to an operation: the row policies ask for any of them. Written by the migrate command from the code.';
call private.protect('relation_permission');

reset role;
set role liaison_authz;

-- A nested keyed digest (the construction of RFC 2104 with a fixed 32-byte key in place of the padding).
create function access.sign(message text) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  secret bytea;
begin
  select k.key into secret from access.context_key k;
  return encode(sha256(secret || sha256(secret || convert_to(message, 'UTF8'))), 'hex');
end
$$;

-- Puts an access context in force until the transaction ends. Only deciding functions may call it. What was kept of another context
-- (liaison.kept) is not of this one.
create function access.set_context(context jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  message text := set_config('liaison.context', context::text, true);
begin
  message := set_config('liaison.mac', access.sign(message), true);
  message := set_config('liaison.kept', '', true);
end
$$;

-- The context of this transaction, or null when there is none. A context that carries no valid code is an attack and an error.
-- Everything here is an assignment because PL/pgSQL evaluates those without the executor: this runs several times in every statement.
create function access.context() returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  context text := current_setting('liaison.context', true);
begin
  if context is null or context = '' then
    return null;
  end if;
  if access.sign(context) is distinct from current_setting('liaison.mac', true) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return context::jsonb;
end
$$;

create function access.context_plane() returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select access.context() ->> 'plane' $$;

create function access.context_id(field text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select (access.context() ->> field)::uuid $$;

grant execute on function access.context_plane(), access.context_id(text) to public;
-- `access.sign` and `access.set_context` stay with the deciding role: whoever could call them could become anybody.

-- The tenants whose rows of a relation this transaction may touch. Replaced by the delegations module, which knows the records it reads;
-- until then nobody reaches anything.
create function access.reach(relation_name text, operation_name text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select null::uuid where false $$;
grant execute on function access.reach(text, text) to liaison_tenant, liaison_delegate;

reset role;
