-- What the marks of addresses of a realm are salted with, made when its first mark is; read by the deciding role alone. Part of the database, so that a restored mark still finds its address (C5, C7).
create table public.address_salt (
  partner_id uuid not null,
  salt bytea not null default sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))),
  constraint address_salt_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.realm(partner_id),
  constraint address_salt_pkey PRIMARY KEY (partner_id)
);
alter table public.address_salt enable row level security, force row level security;
create policy keeping on public.address_salt for all to liaison_authz
  using (true)
  with check (true);
grant insert, select on public.address_salt to liaison_authz;

-- A user of one partner's realm. No relation to persons; the same address in two realms is two unrelated users (C9).
create table public.end_user (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  email text not null,
  email_norm text not null,
  name text not null default ''::text,
  role text not null default 'guest'::text,
  status text not null default 'active'::text,
  status_reason text,
  last_signed_in_at timestamp with time zone,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  verified_until timestamp with time zone,
  role_lowered_at timestamp with time zone,
  constraint end_user_email_check CHECK ((((char_length(email) >= 3) AND (char_length(email) <= 254)) AND (email ~ '^[^@\s]+@[^@\s]+$'::text))),
  constraint end_user_email_norm_check CHECK ((email_norm = lower(email_norm))),
  constraint end_user_name_check CHECK ((char_length(name) <= 200)),
  constraint end_user_partner_id_email_norm_key UNIQUE (partner_id, email_norm),
  constraint end_user_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.realm(partner_id),
  constraint end_user_partner_id_id_key UNIQUE (partner_id, id),
  constraint end_user_pkey PRIMARY KEY (id),
  constraint end_user_role_check CHECK ((role = ANY (ARRAY['guest'::text, 'basic'::text, 'advanced'::text, 'company'::text, 'realm_admin'::text]))),
  constraint end_user_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'idle'::text, 'signing'::text]))),
  constraint end_user_status_reason_check CHECK ((char_length(status_reason) <= 500))
);
CREATE INDEX end_user_partner_id_created_at_id_idx ON public.end_user USING btree (partner_id, created_at DESC, id);
CREATE INDEX end_user_partner_id_role_status_idx ON public.end_user USING btree (partner_id, role, status);
CREATE TRIGGER audited_delete AFTER DELETE ON public.end_user REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.end_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.end_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.end_user FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER follow_usage_role AFTER UPDATE OF role ON public.end_user FOR EACH ROW WHEN ((new.role IS DISTINCT FROM old.role)) EXECUTE FUNCTION access.follow_role();
CREATE TRIGGER guard_end_user BEFORE UPDATE ON public.end_user FOR EACH ROW EXECUTE FUNCTION private.guard_end_user();
CREATE TRIGGER keep_standing BEFORE DELETE ON public.end_user FOR EACH ROW EXECUTE FUNCTION access.keep_standing();
CREATE TRIGGER note_former_address AFTER UPDATE OF email ON public.end_user FOR EACH ROW WHEN ((old.email IS DISTINCT FROM new.email)) EXECUTE FUNCTION access.note_former_address();
CREATE TRIGGER recheck_subscription AFTER UPDATE OF role ON public.end_user FOR EACH ROW WHEN ((old.role IS DISTINCT FROM new.role)) EXECUTE FUNCTION private.recheck_subscription();
CREATE TRIGGER require_verification BEFORE INSERT OR UPDATE OF role ON public.end_user FOR EACH ROW EXECUTE FUNCTION private.require_verification();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.end_user FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER take_over_standing AFTER INSERT ON public.end_user FOR EACH ROW EXECUTE FUNCTION access.take_over_standing();
alter table public.end_user enable row level security, force row level security;
create policy deciding on public.end_user for select to liaison_authz
  using (true);
create policy door on public.end_user for all to liaison_auth
  using ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)))
  with check ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)));
create policy following on public.end_user for select to liaison_owner
  using (true);
create policy following_write on public.end_user for update to liaison_owner
  using (true)
  with check (true);
create policy inside on public.end_user for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND ((id = ( SELECT access.context_id('end_user_id'::text) AS context_id)) OR ( SELECT access.is_realm_admin() AS is_realm_admin))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND ((id = ( SELECT access.context_id('end_user_id'::text) AS context_id)) OR ( SELECT access.is_realm_admin() AS is_realm_admin))));
create policy own_work on public.end_user for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_read on public.end_user as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.end_user as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.end_user for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy platform_figures on public.end_user for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy resting on public.end_user for update to liaison_authz
  using (true)
  with check (true);
grant delete, select on public.end_user to liaison_auth;
grant select on public.end_user to liaison_authz;
grant select on public.end_user to liaison_job;
grant select on public.end_user to liaison_program;
grant select on public.end_user to liaison_realm;
grant insert (partner_id, email, email_norm, name, role) on public.end_user to liaison_auth;
grant update (email, email_norm, name, last_signed_in_at, version) on public.end_user to liaison_auth;
grant update (status) on public.end_user to liaison_authz;
grant update (role, status, status_reason, version) on public.end_user to liaison_job;
grant select (id, partner_id, role, status, last_signed_in_at, created_at) on public.end_user to liaison_platform;
grant update (name, role, status, status_reason, version) on public.end_user to liaison_program;
grant update (name, role, status, status_reason, version) on public.end_user to liaison_realm;

-- The password of an end user, reached at the door of its realm alone.
create table public.end_user_credential (
  partner_id uuid not null,
  end_user_id uuid not null,
  hash text not null,
  changed_at timestamp with time zone not null default now(),
  constraint end_user_credential_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint end_user_credential_pkey PRIMARY KEY (partner_id, end_user_id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.end_user_credential REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.end_user_credential REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.end_user_credential REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.end_user_credential enable row level security, force row level security;
create policy deciding on public.end_user_credential for select to liaison_authz
  using (true);
create policy door on public.end_user_credential for all to liaison_auth
  using ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)))
  with check ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)));
grant insert, select on public.end_user_credential to liaison_auth;
grant select on public.end_user_credential to liaison_authz;
grant update (hash, changed_at) on public.end_user_credential to liaison_auth;

-- A sign-in to a realm. The cookie holds a random token; this table its SHA-256 digest together with the realm's name.
create table public.end_user_session (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  token_hash bytea not null,
  password_at timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  idle_seconds integer not null,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  ip inet,
  user_agent text,
  constraint end_user_session_idle_seconds_check CHECK (((idle_seconds >= 60) AND (idle_seconds <= 86400))),
  constraint end_user_session_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint end_user_session_partner_id_token_hash_key UNIQUE (partner_id, token_hash),
  constraint end_user_session_pkey PRIMARY KEY (id),
  constraint end_user_session_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
CREATE INDEX end_user_session_partner_id_end_user_id_idx ON public.end_user_session USING btree (partner_id, end_user_id) WHERE (ended_at IS NULL);
CREATE TRIGGER keep_session_ended BEFORE UPDATE OF ended_at, end_reason ON public.end_user_session FOR EACH ROW WHEN (((old.ended_at IS NOT NULL) AND ((new.ended_at IS DISTINCT FROM old.ended_at) OR (new.end_reason IS DISTINCT FROM old.end_reason)))) EXECUTE FUNCTION private.keep_session_ended();
CREATE TRIGGER limit_sessions BEFORE INSERT ON public.end_user_session FOR EACH ROW EXECUTE FUNCTION access.limit_sessions();
alter table public.end_user_session enable row level security, force row level security;
create policy deciding on public.end_user_session for select to liaison_authz
  using (true);
create policy door on public.end_user_session for all to liaison_auth
  using ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)))
  with check ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)));
create policy inside on public.end_user_session for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy sweeping on public.end_user_session for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy sweeping_ended on public.end_user_session for delete to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy touching on public.end_user_session for update to liaison_authz
  using (true)
  with check (true);
grant insert, select on public.end_user_session to liaison_auth;
grant select on public.end_user_session to liaison_authz;
grant delete on public.end_user_session to liaison_job;
grant update (password_at, seen_at, ended_at, end_reason) on public.end_user_session to liaison_auth;
grant update (seen_at, ended_at, end_reason) on public.end_user_session to liaison_authz;
grant select (id, ends_at, ended_at) on public.end_user_session to liaison_job;
grant select (id, partner_id, end_user_id, created_at, seen_at, idle_seconds, ends_at, ended_at, end_reason, ip, user_agent) on public.end_user_session to liaison_realm;
grant update (ended_at, end_reason) on public.end_user_session to liaison_realm;

-- Links in mails of a realm: sign-up, invitation, reset, change of address. Each works once, in its own realm alone.
create table public.end_user_token (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  purpose text not null,
  token_hash bytea not null,
  end_user_id uuid,
  email text not null,
  role text,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint end_user_token_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint end_user_token_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.realm(partner_id),
  constraint end_user_token_partner_id_token_hash_key UNIQUE (partner_id, token_hash),
  constraint end_user_token_pkey PRIMARY KEY (id),
  constraint end_user_token_purpose_check CHECK ((purpose = ANY (ARRAY['sign_up'::text, 'invitation'::text, 'reset'::text, 'change_email'::text]))),
  constraint end_user_token_role_check CHECK ((role = ANY (ARRAY['guest'::text, 'realm_admin'::text]))),
  constraint end_user_token_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
CREATE INDEX end_user_token_ends_at_idx ON public.end_user_token USING btree (ends_at);
CREATE INDEX end_user_token_partner_id_email_created_at_idx ON public.end_user_token USING btree (partner_id, email, created_at);
alter table public.end_user_token enable row level security, force row level security;
create policy deciding on public.end_user_token for select to liaison_authz
  using (true);
create policy door on public.end_user_token for all to liaison_auth
  using ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)))
  with check ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)));
create policy owners_insert on public.end_user_token as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.end_user_token as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.end_user_token as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_invites on public.end_user_token for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (purpose = 'invitation'::text) AND (end_user_id IS NULL)));
create policy partner_looks on public.end_user_token for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (purpose = 'invitation'::text)));
create policy partner_replaces on public.end_user_token for update to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (purpose = 'invitation'::text)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (purpose = 'invitation'::text)));
create policy sweeping on public.end_user_token for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy sweeping_ended on public.end_user_token for delete to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant insert, select on public.end_user_token to liaison_auth;
grant select on public.end_user_token to liaison_authz;
grant delete on public.end_user_token to liaison_job;
grant update (used_at) on public.end_user_token to liaison_auth;
grant select (id, ends_at) on public.end_user_token to liaison_job;
grant insert (partner_id, purpose, token_hash, email, role, ends_at) on public.end_user_token to liaison_program;
grant select (partner_id, purpose, email, used_at) on public.end_user_token to liaison_program;
grant update (used_at) on public.end_user_token to liaison_program;

-- What held an account that its end user deleted, and what was used of its limits, under a salted mark of its address: an account that is made anew with it takes that over. Written by the deciding role alone (C5, C7).
create table public.former_standing (
  partner_id uuid not null,
  address_mark text not null,
  holds jsonb not null,
  used jsonb not null,
  kept_until timestamp with time zone not null,
  constraint former_standing_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.realm(partner_id),
  constraint former_standing_pkey PRIMARY KEY (partner_id, address_mark)
);
CREATE INDEX former_standing_kept_until_idx ON public.former_standing USING btree (kept_until);
alter table public.former_standing enable row level security, force row level security;
create policy keeping on public.former_standing for all to liaison_authz
  using (true)
  with check (true);
create policy own_work on public.former_standing for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant delete, insert, select, update on public.former_standing to liaison_authz;
grant delete on public.former_standing to liaison_job;
grant select (kept_until) on public.former_standing to liaison_job;

-- The own user base of a white-label partner: an identity space that shares nothing with persons or with another realm (C9).
create table public.realm (
  partner_id uuid not null,
  status text not null default 'open'::text,
  key_number integer not null default 1,
  opened_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  version integer not null default 1,
  key_previous_until timestamp with time zone,
  closed_by_side text,
  closed_by_name text,
  close_reason text,
  constraint realm_check CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint realm_check1 CHECK (((status = 'closed'::text) = ((closed_by_side IS NOT NULL) AND (closed_by_name IS NOT NULL) AND (close_reason IS NOT NULL)))),
  constraint realm_close_reason_check CHECK (((char_length(close_reason) >= 1) AND (char_length(close_reason) <= 500))),
  constraint realm_closed_by_side_check CHECK ((closed_by_side = ANY (ARRAY['partner'::text, 'provider'::text]))),
  constraint realm_key_number_check CHECK (((key_number >= 1) AND (key_number <= 1000000))),
  constraint realm_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint realm_pkey PRIMARY KEY (partner_id),
  constraint realm_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.realm FOR EACH ROW WHEN ((new.closed_by_name IS DISTINCT FROM old.closed_by_name)) EXECUTE FUNCTION private.act_in_own_name('closed_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.realm REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.realm REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.realm REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER guard_realm BEFORE UPDATE ON public.realm FOR EACH ROW EXECUTE FUNCTION private.guard_realm();
alter table public.realm enable row level security, force row level security;
create policy deciding on public.realm for select to liaison_authz
  using (true);
create policy door on public.realm for select to liaison_auth
  using ((partner_id = ( SELECT access.realm_at_door() AS realm_at_door)));
create policy opening on public.realm for insert to liaison_owner
  with check (true);
create policy opening_read on public.realm for select to liaison_owner
  using (true);
create policy own_work on public.realm for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_read on public.realm as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.realm as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_keeps on public.realm for update to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side on public.realm for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy platform_figures on public.realm for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_keeps on public.realm for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.realm to liaison_auth;
grant select on public.realm to liaison_authz;
grant select on public.realm to liaison_job;
grant select on public.realm to liaison_platform;
grant select on public.realm to liaison_program;
grant update (status, closed_by_name, close_reason) on public.realm to liaison_platform;
grant update (status, key_number, key_previous_until, closed_by_name, close_reason) on public.realm to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.address_mark(realm uuid, address text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select encode(sha256(s.salt || sha256(s.salt || convert_to(address, 'UTF8'))), 'hex') from public.address_salt s where s.partner_id = realm $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.become_end_user(of_user uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_auth' or context ->> 'plane' is distinct from 'realm_door'
    or not exists (select from public.end_user u where u.id = of_user and u.partner_id = (context ->> 'partner_id')::uuid) then
    raise exception 'this login has no door to a realm' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || jsonb_build_object('actor_type', 'end_user', 'actor_id', of_user, 'end_user_id', of_user, 'actor_name', access.end_user_label(of_user)));
end
$function$;
grant execute on access.become_end_user(uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.end_user_fact(u public.end_user)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select jsonb_build_object('id', u.id, 'partner_id', u.partner_id, 'email', u.email, 'name', u.name, 'role', u.role, 'status', u.status) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.end_user_label(of_user uuid)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select 'End user ' || right(of_user::text, 6) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_end_user(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found_realm jsonb;
  partner uuid;
  configuration jsonb;
  session public.end_user_session;
  found_user public.end_user;
  on_hold boolean := false;
begin
  if session_user <> 'liaison_realm' then
    raise exception 'this login opens no realm' using errcode = 'insufficient_privilege';
  end if;
  found_realm := access.find_realm(request ->> 'slug');
  partner := (found_realm -> 'partner' ->> 'id')::uuid;
  if partner is not null then
    configuration := access.configuration(partner);
    session := access.live_end_user_session(partner, decode(request ->> 'session_hash', 'hex'),
      access.proven_session((request ->> 'session_id')::uuid, request ->> 'session_proof', (request ->> 'proof_until')::bigint), configuration);
    select u.* into found_user from public.end_user u where u.id = session.end_user_id and u.partner_id = partner;
    -- A verification that has ended gives nothing at this very request, whether or not a job has noted it (C8).
    found_user.role := access.role_in_force(found_user.role, found_user.verified_until);
  end if;
  if found_user.id is null then
    return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', coalesce(found_realm -> 'freezes', '[]'), 'user', null, 'session_id', null);
  end if;
  perform access.set_context(jsonb_strip_nulls(access.trace_of(request) || jsonb_build_object('plane', 'realm', 'actor_type', 'end_user', 'actor_id', found_user.id,
    'actor_name', access.end_user_label(found_user.id), 'end_user_id', found_user.id, 'session_id', session.id, 'partner_id', partner,
    'partner_name', found_realm -> 'partner' -> 'name', 'role', found_user.role, 'permission', request -> 'permission')));
  perform access.note_end_user_seen(session.id);
  -- Operations are counted by the service meter, once all else allows.
  if request ->> 'permission' = 'realm.service.use' then
    on_hold := access.is_on_hold(found_user.id);
  end if;
  return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', found_realm -> 'freezes',
    'user', access.end_user_fact(found_user), 'session_id', session.id, 'role_choice', configuration -> 'roles' -> found_user.role,
    'is_on_hold', coalesce(on_hold, false));
end
$function$;
grant execute on access.enter_end_user(jsonb) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_realm_door(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found_realm jsonb;
  partner uuid;
  session public.end_user_session;
  found_user public.end_user;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login has no door to a realm' using errcode = 'insufficient_privilege';
  end if;
  found_realm := access.find_realm(request ->> 'slug');
  if found_realm is null then
    return jsonb_build_object('now', statement_timestamp(), 'partner', null, 'realm', null, 'freezes', '[]'::jsonb, 'user', null, 'session_id', null);
  end if;
  partner := (found_realm -> 'partner' ->> 'id')::uuid;
  session := access.live_end_user_session(partner, decode(request ->> 'session_hash', 'hex'), null, access.configuration(partner));
  select u.* into found_user from public.end_user u where u.id = session.end_user_id and u.partner_id = partner and u.status <> 'inactive';
  perform access.set_context(jsonb_strip_nulls(access.trace_of(request) || jsonb_build_object('plane', 'realm_door', 'actor_type', case when found_user.id is null then 'stranger' else 'end_user' end,
    'actor_id', found_user.id, 'actor_name', access.end_user_label(found_user.id), 'end_user_id', found_user.id,
    'session_id', case when found_user.id is not null then session.id end, 'partner_id', partner, 'partner_name', found_realm -> 'partner' -> 'name')));
  return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', found_realm -> 'freezes',
    'user', case when found_user.id is not null then access.end_user_fact(found_user) end, 'session_id', case when found_user.id is not null then session.id end);
end
$function$;
grant execute on access.enter_realm_door(jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_realm(realm_slug text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('partner', jsonb_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'is_white_label', 'white_label' = any (p.kinds)),
    'realm', jsonb_build_object('status', r.status, 'key_number', r.key_number, 'previous_key_counts', coalesce(r.key_previous_until > statement_timestamp(), false)),
    'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
      where f.lifted_at is null and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = p.id and f.tenant_id is null))), '[]'))
  from public.partner p
  join public.realm r on r.partner_id = p.id
  where p.slug = realm_slug
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_realm_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select coalesce(access.context() ->> 'plane' = 'realm' and access.context() ->> 'role' = 'realm_admin' and access.realm_inside() is not null, false) $function$;
grant execute on access.is_realm_admin() to liaison_owner;
grant execute on access.is_realm_admin() to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_standing()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  today date := (statement_timestamp() at time zone 'UTC')::date;
  held jsonb := (
    select coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'blocks_entitlement', h.blocks_entitlement, 'reason', h.reason, 'placed_by_side', h.placed_by_side, 'placed_at', h.placed_at)), '[]')
    from public.subscription_hold h
    where h.partner_id = old.partner_id and h.end_user_id = old.id and h.subscription_id is null and h.released_at is null and h.kind in ('policy', 'manual', 'partner'));
  spent jsonb := (
    select coalesce(jsonb_agg(to_jsonb(b) - array['partner_id', 'end_user_id']), '[]') from public.usage_bucket b where b.end_user_id = old.id and b.counted > 0 and b.day > today - 7);
begin
  if held <> '[]' or spent <> '[]' then
    insert into public.address_salt (partner_id) values (old.partner_id) on conflict do nothing;
    insert into public.former_standing as f (partner_id, address_mark, holds, used, kept_until)
    values (old.partner_id, access.address_mark(old.partner_id, old.email_norm), held, spent,
      case when held <> '[]' then statement_timestamp() + interval '1 year' else (today + 7)::timestamp at time zone 'UTC' end)
    on conflict (partner_id, address_mark) do update set holds = excluded.holds, used = excluded.used, kept_until = excluded.kept_until;
  end if;
  return old;
end
$function$;
grant execute on access.keep_standing() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.live_end_user_session(of_partner uuid, hash bytea, session uuid, configuration jsonb)
 RETURNS public.end_user_session
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  found_session public.end_user_session;
begin
  if hash is not null then
    select s.* into found_session from public.end_user_session s where s.partner_id = of_partner and s.token_hash = hash;
  else
    select s.* into found_session from public.end_user_session s where s.id = session and s.partner_id = of_partner;
  end if;
  -- The limits of a user, which the module of usage knows, come from platform, plan, partner and user.
  if found_session.id is null or found_session.ended_at is not null or found_session.ends_at <= statement_timestamp() or not access.is_within_limits(found_session) then
    return null;
  end if;
  return found_session;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_end_user_seen(session uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update public.end_user_session set seen_at = statement_timestamp() where id = (
    select s.id from public.end_user_session s
    where s.id = session and case
      when s.seen_at < statement_timestamp() - interval '1 minute' then true
      -- Sixty seconds are the shortest idle time there is: whoever was seen within a sixth of it costs no look at the limits.
      when s.seen_at > statement_timestamp() - interval '10 seconds' then false
      else s.seen_at < statement_timestamp() - make_interval(secs => least(s.idle_seconds, (access.session_limits(s.end_user_id) ->> 'idle_s')::integer) / 6.0)
    end
    for update skip locked)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.prove_own_session(until bigint)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.session_proof(s.token_hash, until)
  from public.end_user_session s
  where s.id = access.context_id('session_id') and s.end_user_id = access.context_id('end_user_id') and access.context_plane() = 'realm'
    and until <= extract(epoch from statement_timestamp()) + 660 and access.own_api_access() is distinct from 'none'
$function$;
grant execute on access.prove_own_session(bigint) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.proven_session(session uuid, proof text, until bigint)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.id
  from public.end_user_session s
  where s.id = session and access.session_proof(s.token_hash, until) = proof
    and to_timestamp(until) + access.token_leeway() > statement_timestamp()
    and access.plan_limits(s.end_user_id) ->> 'api.access_level' is distinct from 'none'
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.realm_at_door()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select case when access.context() ->> 'plane' = 'realm_door' then (access.context() ->> 'partner_id')::uuid end $function$;
grant execute on access.realm_at_door() to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.realm_inside()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select u.partner_id
  from public.end_user u
  join public.partner p on p.id = u.partner_id and p.status = 'active' and 'white_label' = any (p.kinds)
  join public.realm r on r.partner_id = u.partner_id and r.status = 'open'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id') and u.status <> 'inactive'
$function$;
grant execute on access.realm_inside() to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.realm_logo(digest text)
 RETURNS TABLE(media_type text, bytes bytea)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  partner uuid := coalesce(access.realm_at_door(), access.realm_inside());
begin
  if partner is not null and access.configuration(partner) -> 'branding' ->> 'logo' = digest then
    return query select l.media_type, l.bytes from public.partner_logo l where l.partner_id = partner and l.sha256 = digest;
  end if;
end
$function$;
grant execute on access.realm_logo(text) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.realm_look()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  configuration jsonb;
begin
  if context ->> 'plane' is distinct from 'realm' and context ->> 'plane' is distinct from 'realm_door' then
    return null;
  end if;
  configuration := access.configuration((context ->> 'partner_id')::uuid);
  return jsonb_build_object('branding', coalesce(configuration -> 'branding', '{}'), 'policies', coalesce(configuration -> 'policies', '{}'),
    'sessions', coalesce(configuration -> 'sessions' -> 'end_users', '{}'));
end
$function$;
grant execute on access.realm_look() to liaison_auth;
grant execute on access.realm_look() to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.session_proof(secret_hash bytea, until bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ select encode(sha256(secret_hash || sha256(secret_hash || convert_to('token until ' || until, 'UTF8'))), 'hex') $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_over_standing()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  kept public.former_standing;
begin
  delete from public.former_standing f
  where f.partner_id = new.partner_id and f.address_mark = access.address_mark(new.partner_id, new.email_norm)
  returning * into kept;
  if kept.partner_id is null or kept.kept_until <= statement_timestamp() then
    return null;
  end if;
  insert into public.usage_bucket (partner_id, end_user_id, day, operations, counted, beyond, per_day, per_7d)
  select new.partner_id, new.id, b.day, b.operations, b.counted, b.beyond, b.per_day, b.per_7d
  from jsonb_populate_recordset(null::public.usage_bucket, kept.used) b
  where b.day > (statement_timestamp() at time zone 'UTC')::date - 7;
  insert into public.subscription_hold (partner_id, end_user_id, kind, blocks_entitlement, reason, placed_by_side, placed_at)
  select new.partner_id, new.id, h.kind, h.blocks_entitlement, h.reason, h.placed_by_side, h.placed_at
  from jsonb_populate_recordset(null::public.subscription_hold, kept.holds) h;
  return null;
end
$function$;
grant execute on access.take_over_standing() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.trace_of(request jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')
  $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.guard_end_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
  if is_own and current_user = 'liaison_realm' and (new.role, new.status, new.status_reason) is distinct from (old.role, old.status, old.status_reason) then
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
    if side = 'partner' and current_user in ('liaison_realm', 'liaison_program') then
      new.role_lowered_at := case when exists (
        select from state_transition t where t.entity = 'end_user_role' and t.from_state = old.role and t.to_state = new.role and t.action = 'lower') then statement_timestamp() end;
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.guard_realm()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if (new.partner_id, new.opened_at) is distinct from (old.partner_id, old.opened_at) then
    raise exception 'a realm keeps whose it is' using errcode = 'check_violation', constraint = 'realm_identity';
  end if;
  if side is null then
    return new;
  end if;
  new.version := old.version + 1;
  if new.key_number <> old.key_number then
    if new.key_number <> old.key_number + 1 or (old.key_previous_until > statement_timestamp() and new.key_previous_until is not null) or new.key_previous_until > statement_timestamp() + interval '15 minutes' then
      raise exception 'a key is followed by the next one, once the one before it has run out or at once' using errcode = 'check_violation', constraint = 'realm_key';
    end if;
  elsif new.key_previous_until is distinct from old.key_previous_until then
    raise exception 'how long a key counts is said when it is followed' using errcode = 'check_violation', constraint = 'realm_key';
  end if;
  if new.status = old.status then
    if (new.closed_by_name, new.close_reason) is distinct from (old.closed_by_name, old.close_reason) then
      raise exception 'why a realm is closed stays as it was said' using errcode = 'check_violation', constraint = 'realm_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'realm' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side)
    or (new.status = 'open' and side = 'partner' and old.closed_by_side <> 'partner') then
    raise exception '% may not move this realm from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'realm_transition';
  end if;
  if new.status = 'closed' then
    new.closed_at := statement_timestamp();
    new.closed_by_side := side;
  else
    new.closed_at := null;
    new.closed_by_side := null;
    new.closed_by_name := null;
    new.close_reason := null;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.is_verified(of_user uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return exists (
    select from kyc_case k
    where k.end_user_id = of_user and k.state = 'verified' and (k.expires_at is null or k.expires_at > statement_timestamp())
      and (session_user not in ('liaison_program', 'liaison_realm') or (access.is_in_own_plane() and k.partner_id = access.context_id('partner_id'))));
end
$function$;
grant execute on private.is_verified(uuid) to liaison_job;
grant execute on private.is_verified(uuid) to liaison_program;
grant execute on private.is_verified(uuid) to liaison_realm;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_session_ended()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  raise exception 'a session that has ended stays ended' using errcode = 'check_violation', constraint = 'end_user_session_ended';
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.open_realm()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if 'white_label' = any (new.kinds) then
    insert into realm (partner_id, opened_at) values (new.id, case tg_op when 'INSERT' then new.created_at else statement_timestamp() end) on conflict (partner_id) do nothing;
  end if;
  return null;
end
$function$;
