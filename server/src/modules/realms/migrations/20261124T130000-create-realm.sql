set role liaison_owner;

create table realm (
  partner_id uuid primary key references partner (id),
  status text not null default 'open' check (status in ('open', 'closed')),
  key_number integer not null default 1 check (key_number between 1 and 1000000),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  check ((status = 'closed') = (closed_at is not null))
);
comment on table realm is 'The own user base of a white-label partner: an identity space that shares nothing with persons or with another realm (C9).';
comment on column realm.key_number is 'Which of the keys derived for this realm signs its tokens; raised to make another.';
call private.protect('realm');
call private.audit_changes('realm', false);

create table end_user (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references realm (partner_id),
  email text not null check (char_length(email) between 3 and 254 and email ~ '^[^@\s]+@[^@\s]+$'),
  email_norm text not null check (email_norm = lower(email_norm)),
  name text not null default '' check (char_length(name) <= 200),
  role text not null default 'guest' check (role in ('guest', 'basic', 'advanced', 'company', 'realm_admin')),
  status text not null default 'active' check (status in ('active', 'inactive', 'idle', 'signing')),
  status_reason text check (char_length(status_reason) <= 500),
  last_signed_in_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (partner_id, email_norm),
  unique (partner_id, id)
);
comment on table end_user is 'A user of one partner''s realm. No relation to persons; the same address in two realms is two unrelated users (C9).';
comment on column end_user.status is 'inactive is stopped by the partner; idle rests until its limit begins anew; signing waits for a subscription to be confirmed.';
create index on end_user (partner_id, created_at desc, id);
create index on end_user (partner_id, role, status);
call private.protect('end_user');
call private.audit_changes('end_user', false);
create trigger set_updated_at before update on end_user for each row execute function private.set_updated_at();

create table end_user_credential (
  partner_id uuid not null,
  end_user_id uuid not null,
  hash text not null,
  changed_at timestamptz not null default now(),
  primary key (partner_id, end_user_id),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade
);
comment on table end_user_credential is 'The password of an end user, reached at the door of its realm alone.';
comment on column end_user_credential.hash is 'Argon2id in PHC string form.';
call private.protect('end_user_credential');
call private.audit_changes('end_user_credential', false);

create table end_user_session (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  password_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  idle_seconds integer not null check (idle_seconds between 60 and 86400),
  ends_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  ip inet,
  user_agent text,
  unique (partner_id, token_hash),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade
);
comment on table end_user_session is 'A sign-in to a realm. The cookie holds a random token; this table its SHA-256 digest together with the realm''s name.';
create index on end_user_session (partner_id, end_user_id) where ended_at is null;
call private.protect('end_user_session');

create table end_user_token (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references realm (partner_id),
  purpose text not null check (purpose in ('sign_up', 'invitation', 'reset', 'change_email')),
  token_hash bytea not null check (octet_length(token_hash) = 32),
  end_user_id uuid,
  email text not null,
  role text check (role in ('guest', 'realm_admin')),
  created_at timestamptz not null default now(),
  ends_at timestamptz not null,
  used_at timestamptz,
  unique (partner_id, token_hash),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade
);
comment on table end_user_token is 'Links in mails of a realm: sign-up, invitation, reset, change of address. Each works once, in its own realm alone.';
create index on end_user_token (partner_id, email, created_at);
create index on end_user_token (ends_at);
call private.protect('end_user_token');

reset role;
set role liaison_authz;

-- Whether the end user of this transaction manages the users of the realm.
create function access.is_realm_admin() returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select coalesce(access.context() ->> 'plane' = 'realm' and access.context() ->> 'role' = 'realm_admin', false) $$;

-- The realm that a request signs up or in to, and nothing on any other plane.
create function access.realm_at_door() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select case when access.context() ->> 'plane' = 'realm_door' then (access.context() ->> 'partner_id')::uuid end $$;

create function access.realm_inside() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select case when access.context() ->> 'plane' = 'realm' then (access.context() ->> 'partner_id')::uuid end $$;

grant execute on function access.is_realm_admin(), access.realm_inside() to liaison_realm;
grant execute on function access.realm_at_door() to liaison_auth;
grant execute on function audit.record(jsonb), audit.record_read(jsonb) to liaison_realm;

reset role;
set role liaison_owner;

-- The door: sign-up, sign-in, passwords.
create policy door on realm for select to liaison_auth using (partner_id = (select access.realm_at_door()));
create policy door on end_user to liaison_auth using (partner_id = (select access.realm_at_door())) with check (partner_id = (select access.realm_at_door()));
create policy door on end_user_credential to liaison_auth using (partner_id = (select access.realm_at_door())) with check (partner_id = (select access.realm_at_door()));
create policy door on end_user_session to liaison_auth using (partner_id = (select access.realm_at_door())) with check (partner_id = (select access.realm_at_door()));
create policy door on end_user_token to liaison_auth using (partner_id = (select access.realm_at_door())) with check (partner_id = (select access.realm_at_door()));
grant select on realm to liaison_auth;
grant select, delete, insert (partner_id, email, email_norm, name, role), update (email, email_norm, name, last_signed_in_at, version) on end_user to liaison_auth;
grant select, insert, update (hash, changed_at) on end_user_credential to liaison_auth;
grant select, insert, update (seen_at, ended_at, end_reason, password_at) on end_user_session to liaison_auth;
grant select, insert, update (used_at) on end_user_token to liaison_auth;

-- Inside: the own row; whoever manages the realm, its rows.
create policy inside on end_user to liaison_realm
  using (partner_id = (select access.realm_inside()) and (id = (select access.context_id('end_user_id')) or (select access.is_realm_admin())))
  with check (partner_id = (select access.realm_inside()) and (id = (select access.context_id('end_user_id')) or (select access.is_realm_admin())));
create policy inside on end_user_session to liaison_realm
  using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')))
  with check (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
grant select, update (name, role, status, status_reason, version) on end_user to liaison_realm;
grant select (id, partner_id, end_user_id, created_at, seen_at, idle_seconds, ends_at, ended_at, end_reason, ip, user_agent), update (ended_at, end_reason) on end_user_session to liaison_realm;

-- The partner's own people.
create policy partner_side on realm for select to liaison_program using (partner_id = (select access.own_partner()));
create policy partner_side on end_user to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy partner_invites on end_user_token for insert to liaison_program with check (partner_id = (select access.own_partner()) and purpose = 'invitation' and end_user_id is null);
grant select on realm to liaison_program;
grant select, update (name, role, status, status_reason, version) on end_user to liaison_program;
grant insert (partner_id, purpose, token_hash, email, role, ends_at) on end_user_token to liaison_program;

-- The provider sees figures and states, never who somebody is.
create policy platform_figures on realm for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_figures on end_user for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on realm to liaison_platform;
grant select (id, partner_id, role, status, created_at, last_signed_in_at) on end_user to liaison_platform;

-- Our own work.
create policy own_work on realm for select to liaison_job using ((select access.context_plane()) = 'system');
create policy own_work on end_user to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy sweeping on end_user_session for select to liaison_job using ((select access.context_plane()) = 'system');
create policy sweeping_ended on end_user_session for delete to liaison_job using ((select access.context_plane()) = 'system');
create policy sweeping on end_user_token for select to liaison_job using ((select access.context_plane()) = 'system');
create policy sweeping_ended on end_user_token for delete to liaison_job using ((select access.context_plane()) = 'system');
grant select on realm to liaison_job;
grant select, update (role, status, status_reason, version) on end_user to liaison_job;
grant select (id, ends_at, ended_at), delete on end_user_session to liaison_job;
grant select (id, ends_at), delete on end_user_token to liaison_job;

-- What the deciding functions keep: the idle clock of a session.
create policy touching on end_user_session for update to liaison_authz using (true) with check (true);
grant update (seen_at) on end_user_session to liaison_authz;

-- What triggers of the owner do on behalf of the modules: a realm for each white-label partner, roles and states that follow a decision.
create policy opening on realm for insert to liaison_owner with check (true);
create policy opening_read on realm for select to liaison_owner using (true);
create policy following on end_user for select to liaison_owner using (true);
create policy following_write on end_user for update to liaison_owner using (true) with check (true);

create function private.open_realm() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if 'white_label' = any (new.kinds) then
    insert into realm (partner_id, opened_at) values (new.id, case tg_op when 'INSERT' then new.created_at else statement_timestamp() end) on conflict (partner_id) do nothing;
  end if;
  return null;
end
$$;
create trigger open_realm after insert or update of kinds on partner for each row execute function private.open_realm();

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('end_user', 'active', 'inactive', 'stop', 'partner'),
  ('end_user', 'idle', 'inactive', 'stop', 'partner'),
  ('end_user', 'signing', 'inactive', 'stop', 'partner'),
  ('end_user', 'inactive', 'active', 'restore', 'partner'),
  ('end_user', 'active', 'idle', 'rest', 'clock'),
  ('end_user', 'active', 'idle', 'rest', 'end_user'),
  ('end_user', 'idle', 'active', 'wake', 'clock'),
  ('end_user', 'idle', 'active', 'wake', 'end_user'),
  ('end_user', 'idle', 'active', 'wake', 'partner'),
  ('end_user', 'active', 'signing', 'subscribe', 'end_user'),
  ('end_user', 'signing', 'active', 'settle', 'end_user'),
  ('end_user', 'signing', 'active', 'settle', 'partner'),
  ('end_user', 'signing', 'active', 'settle', 'clock'),
  ('end_user_role', 'guest', 'basic', 'verify', 'partner'),
  ('end_user_role', 'guest', 'basic', 'verify', 'clock'),
  ('end_user_role', 'guest', 'advanced', 'verify', 'partner'),
  ('end_user_role', 'guest', 'advanced', 'verify', 'clock'),
  ('end_user_role', 'guest', 'company', 'verify', 'partner'),
  ('end_user_role', 'guest', 'company', 'verify', 'clock'),
  ('end_user_role', 'basic', 'advanced', 'raise', 'partner'),
  ('end_user_role', 'basic', 'advanced', 'raise', 'clock'),
  ('end_user_role', 'basic', 'company', 'raise', 'partner'),
  ('end_user_role', 'basic', 'company', 'raise', 'clock'),
  ('end_user_role', 'advanced', 'company', 'raise', 'partner'),
  ('end_user_role', 'advanced', 'company', 'raise', 'clock'),
  ('end_user_role', 'company', 'advanced', 'lower', 'partner'),
  ('end_user_role', 'company', 'basic', 'lower', 'partner'),
  ('end_user_role', 'advanced', 'basic', 'lower', 'partner'),
  ('end_user_role', 'company', 'guest', 'lower', 'partner'),
  ('end_user_role', 'company', 'guest', 'lower', 'clock'),
  ('end_user_role', 'advanced', 'guest', 'lower', 'partner'),
  ('end_user_role', 'advanced', 'guest', 'lower', 'clock'),
  ('end_user_role', 'basic', 'guest', 'lower', 'partner'),
  ('end_user_role', 'basic', 'guest', 'lower', 'clock'),
  ('end_user_role', 'guest', 'realm_admin', 'appoint', 'partner'),
  ('end_user_role', 'basic', 'realm_admin', 'appoint', 'partner'),
  ('end_user_role', 'advanced', 'realm_admin', 'appoint', 'partner'),
  ('end_user_role', 'company', 'realm_admin', 'appoint', 'partner'),
  ('end_user_role', 'realm_admin', 'guest', 'dismiss', 'partner');
alter table state_transition force row level security;

-- Whether the identity of an end user is verified now.
create function private.is_verified(of_user uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog, public
  as $$
begin
  return exists (select from kyc_case k where k.end_user_id = of_user and k.state = 'verified' and (k.expires_at is null or k.expires_at > statement_timestamp()));
end
$$;
grant execute on function private.is_verified(uuid) to liaison_program, liaison_realm, liaison_job;
grant usage on schema private to liaison_program, liaison_realm, liaison_job;

-- Not a definer: who it runs as tells a login's own statement from what a trigger of the owner does for it.
create function private.guard_end_user() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  plane text := access.context_plane();
  is_own boolean := plane = 'realm' and new.id is not distinct from access.context_id('end_user_id');
  side text := case when is_own then 'end_user' else case plane when 'realm' then 'partner' when 'program' then 'partner' when 'platform' then 'provider' when 'system' then 'clock' when 'realm_door' then 'end_user' end end;
begin
  if (new.id, new.partner_id, new.created_at) is distinct from (old.id, old.partner_id, old.created_at) then
    raise exception 'an end user stays who and where it is' using errcode = 'check_violation', constraint = 'end_user_identity';
  end if;
  if (new.role, new.status, new.email, new.name) is distinct from (old.role, old.status, old.email, old.name) then
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  if is_own and current_user = 'liaison_realm' and (new.role, new.status) is distinct from (old.role, old.status) then
    raise exception 'nobody changes the own role or state' using errcode = 'check_violation', constraint = 'end_user_own';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'end_user' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an end user from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'end_user_transition';
  end if;
  if new.role <> old.role then
    if not exists (
      select from state_transition t where t.entity = 'end_user_role' and t.from_state = old.role and t.to_state = new.role and t.actor_kind = side) then
      raise exception '% may not make % of %', side, new.role, old.role using errcode = 'check_violation', constraint = 'end_user_role_transition';
    end if;
    if old.role = 'guest' and new.role <> 'realm_admin' and not private.is_verified(new.id) then
      raise exception 'a guest becomes more by an identity check alone' using errcode = 'check_violation', constraint = 'end_user_verification';
    end if;
  end if;
  return new;
end
$$;
create trigger guard_end_user before update on end_user for each row execute function private.guard_end_user();

reset role;
