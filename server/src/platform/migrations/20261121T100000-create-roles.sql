-- Every database login belongs to one plane (access.md section 1). None owns a table, none bypasses row security.
-- Passwords are set by the migrate command, never here.
do $$
declare
  login text;
begin
  foreach login in array array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest', 'liaison_job', 'liaison_sealer', 'liaison_guard'] loop
    if not exists (select 1 from pg_roles where rolname = login) then
      execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noinherit', login);
    end if;
  end loop;
  -- Owns every table; nobody logs in as it.
  if not exists (select 1 from pg_roles where rolname = 'liaison_owner') then
    create role liaison_owner nologin nosuperuser nobypassrls;
  end if;
  -- Owns the functions that decide and record. Reads what a decision needs, nothing else.
  if not exists (select 1 from pg_roles where rolname = 'liaison_authz') then
    create role liaison_authz nologin nosuperuser nobypassrls;
  end if;
end
$$;

grant liaison_owner, liaison_authz to current_user;

create schema if not exists private authorization liaison_owner;
create schema if not exists access authorization liaison_owner;
create schema if not exists audit authorization liaison_owner;
grant create, usage on schema public to liaison_owner;
grant usage, create on schema access, audit to liaison_authz;
revoke all on schema public from public;
revoke execute on all functions in schema public from public;
grant usage on schema public to liaison_authz;
grant usage on schema public, access to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest, liaison_job, liaison_sealer, liaison_guard;
grant usage on schema audit to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest, liaison_job, liaison_sealer, liaison_guard;
alter default privileges for role liaison_owner revoke execute on functions from public;
alter default privileges for role liaison_authz revoke execute on functions from public;
set role liaison_owner;

-- Row security, on and forced, on one table. The deciding functions may read it; every other role needs a policy of its own.
create procedure private.protect(relation regclass)
  language plpgsql
  as $$
begin
  execute format('alter table %s enable row level security', relation);
  execute format('alter table %s force row level security', relation);
  execute format('create policy deciding on %s for select to liaison_authz using (true)', relation);
  execute format('grant select on %s to liaison_authz', relation);
end
$$;

comment on procedure private.protect(regclass) is 'Enables and forces row security on a table. A catalogue test fails for any table that this was not called on.';

create function private.set_updated_at() returns trigger
  language plpgsql
  as $$
begin
  new.updated_at := statement_timestamp();
  return new;
end
$$;

-- History stays as it was written, with one exception: where the operator erases a person, the name gives way to the same two words
-- everywhere, and nothing else of the row changes. Whoever may do that could as well take the trigger away.
create function private.refuse_change() returns trigger
  language plpgsql
  as $$
declare
  erasing text := current_setting('liaison.erased_name', true);
begin
  if (tg_op = 'UPDATE' and erasing <> '' and pg_has_role(session_user, 'liaison_owner', 'member')) then
    if (to_jsonb(new) - erasing = to_jsonb(old) - erasing and to_jsonb(new) ->> erasing = 'Erased person') then
      return new;
    end if;
  end if;
  raise exception '% on % is refused: its rows are history', tg_op, tg_table_name using errcode = 'restrict_violation';
end
$$;

reset role;
