create table public.passkey (
  id uuid not null default uuidv7(),
  person_id uuid not null,
  credential_id text not null,
  public_key bytea not null,
  sign_count bigint not null default 0,
  transports text[] not null default '{}'::text[],
  label text not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint passkey_credential_id_key UNIQUE (credential_id),
  constraint passkey_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 100))),
  constraint passkey_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint passkey_pkey PRIMARY KEY (id)
);
CREATE INDEX passkey_person_id_idx ON public.passkey USING btree (person_id);
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE OR UPDATE OF credential_id, public_key, label ON public.passkey DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
alter table public.passkey enable row level security, force row level security;
create policy auth_all on public.passkey for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.passkey for select to liaison_authz
  using (true);
create policy resetting on public.passkey for delete to liaison_authz
  using (true);
grant delete, insert, select, update on public.passkey to liaison_auth;
grant delete, select on public.passkey to liaison_authz;

create table public.password_credential (
  person_id uuid not null,
  hash text not null,
  changed_at timestamp with time zone not null default now(),
  constraint password_credential_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint password_credential_pkey PRIMARY KEY (person_id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.password_credential REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.password_credential REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.password_credential REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.password_credential enable row level security, force row level security;
create policy auth_all on public.password_credential for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.password_credential for select to liaison_authz
  using (true);
grant insert, select, update on public.password_credential to liaison_auth;
grant select on public.password_credential to liaison_authz;

-- A human with a global sign-in. What a person may do comes from memberships, never from this row.
create table public.person (
  id uuid not null default uuidv7(),
  email text not null,
  name text not null,
  status text not null default 'active'::text,
  locale text not null default 'en'::text,
  shortcuts boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  language text,
  constraint person_email_check CHECK (((email = lower(email)) AND (email ~ '^[^@\s]+@[^@\s]+$'::text))),
  constraint person_email_key UNIQUE (email),
  constraint person_language_check CHECK ((language = ANY (ARRAY['en'::text, 'es'::text, 'fr'::text]))),
  constraint person_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint person_pkey PRIMARY KEY (id),
  constraint person_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])))
);
CREATE TRIGGER announced AFTER UPDATE OF status ON public.person FOR EACH ROW EXECUTE FUNCTION private.announce_access('person_id=id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.person REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_past AFTER UPDATE OF status ON public.person FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.keep_status_of_person();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.person FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.person REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.person REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stop_writes BEFORE UPDATE OF status ON public.person FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
alter table public.person enable row level security, force row level security;
create policy auth_all on public.person for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.person for select to liaison_authz
  using (true);
create policy delegates_read on public.person as restrictive for select to liaison_delegate
  using (((id = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR (( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) OR (( SELECT access.own_partner() AS own_partner) IS NOT NULL)));
create policy known on public.person for select to liaison_delegate, liaison_program, liaison_tenant
  using (access.knows_person(id));
create policy owners_read on public.person as restrictive for select to liaison_program
  using (((id = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR (( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL)));
create policy platform_reads on public.person for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_writes on public.person for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenants_members_read on public.person as restrictive for select to liaison_tenant
  using (((id = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR (( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) OR (EXISTS ( SELECT
   FROM access.reach('tenant'::text, 'select'::text) reach(reach)))));
grant insert, select, update on public.person to liaison_auth;
grant select on public.person to liaison_authz;
grant select (id, name) on public.person to liaison_delegate;
grant select (id, email, name, status, created_at) on public.person to liaison_platform;
grant update (status) on public.person to liaison_platform;
grant select (id, email, name, status) on public.person to liaison_program;
grant select (id, name) on public.person to liaison_tenant;

-- Persons who work for the provider.
create table public.platform_staff (
  person_id uuid not null,
  role text not null,
  status text not null default 'active'::text,
  created_at timestamp with time zone not null default now(),
  constraint platform_staff_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint platform_staff_pkey PRIMARY KEY (person_id),
  constraint platform_staff_role_check CHECK ((role = 'SUPER_ADMIN'::text)),
  constraint platform_staff_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.platform_staff REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.platform_staff REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.platform_staff REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.platform_staff REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.platform_staff REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.platform_staff REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.platform_staff REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id');
alter table public.platform_staff enable row level security, force row level security;
create policy auth_all on public.platform_staff for select to liaison_auth
  using (true);
create policy auth_invites on public.platform_staff for insert to liaison_auth
  with check (true);
create policy deciding on public.platform_staff for select to liaison_authz
  using (true);
create policy holding on public.platform_staff for update to liaison_authz
  using (true)
  with check (false);
create policy platform_reads on public.platform_staff for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy removing on public.platform_staff for delete to liaison_authz
  using (true);
grant select on public.platform_staff to liaison_auth;
grant delete, select on public.platform_staff to liaison_authz;
grant select on public.platform_staff to liaison_platform;
grant insert (person_id, role) on public.platform_staff to liaison_auth;
grant update (status) on public.platform_staff to liaison_authz;

create table public.recovery_code (
  person_id uuid not null,
  hash bytea not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint recovery_code_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint recovery_code_pkey PRIMARY KEY (person_id, hash)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.recovery_code REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.recovery_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.recovery_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.recovery_code enable row level security, force row level security;
create policy auth_all on public.recovery_code for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.recovery_code for select to liaison_authz
  using (true);
create policy resetting on public.recovery_code for delete to liaison_authz
  using (true);
grant delete, insert, select, update on public.recovery_code to liaison_auth;
grant delete, select on public.recovery_code to liaison_authz;

-- A sign-in. The cookie holds a random token, this table its SHA-256 digest.
create table public.session (
  id uuid not null default uuidv7(),
  token_hash bytea not null,
  person_id uuid not null,
  factor text not null default 'none'::text,
  factor_at timestamp with time zone,
  password_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  idle_seconds integer not null default 1800,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  ip inet,
  user_agent text,
  constraint session_factor_check CHECK ((factor = ANY (ARRAY['none'::text, 'otp'::text, 'phishing_resistant'::text]))),
  constraint session_idle_seconds_check CHECK (((idle_seconds >= 60) AND (idle_seconds <= 86400))),
  constraint session_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint session_pkey PRIMARY KEY (id),
  constraint session_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX session_of_person ON public.session USING btree (person_id, id);
CREATE INDEX session_person_id_idx ON public.session USING btree (person_id) WHERE (ended_at IS NULL);
CREATE TRIGGER announced AFTER DELETE OR UPDATE OF ended_at ON public.session FOR EACH ROW EXECUTE FUNCTION private.announce_access('person_id=person_id');
CREATE TRIGGER end_oldest_sign_ins AFTER INSERT ON public.session FOR EACH ROW EXECUTE FUNCTION access.end_oldest_sign_ins();
CREATE TRIGGER stamped AFTER INSERT OR DELETE OR UPDATE ON public.session FOR EACH ROW EXECUTE FUNCTION access.stamp_session();
CREATE TRIGGER wait_for_sign_in BEFORE INSERT ON public.session FOR EACH ROW EXECUTE FUNCTION access.wait_for_sign_in();
alter table public.session enable row level security, force row level security;
create policy auth_all on public.session for all to liaison_auth
  using (true)
  with check (true);
create policy bounding on public.session for update to liaison_authz
  using (true);
create policy deciding on public.session for select to liaison_authz
  using (true);
create policy forgetting on public.session for delete to liaison_authz
  using (true);
create policy platform_ends on public.session for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_reads on public.session for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy resetting on public.session for update to liaison_authz
  using (true);
grant insert, select, update on public.session to liaison_auth;
grant delete, select on public.session to liaison_authz;
grant update (seen_at, ended_at, end_reason) on public.session to liaison_authz;
grant select (id, person_id, factor, factor_at, created_at, seen_at, ended_at) on public.session to liaison_platform;
grant update (ended_at, end_reason) on public.session to liaison_platform;

-- Failed guesses per account and per network. The delay grows; nobody is locked out.
create table public.sign_in_throttle (
  key text not null,
  failures integer not null default 0,
  last_failure_at timestamp with time zone not null default now(),
  constraint sign_in_throttle_pkey PRIMARY KEY (key)
);
alter table public.sign_in_throttle enable row level security, force row level security;
create policy auth_all on public.sign_in_throttle for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.sign_in_throttle for select to liaison_authz
  using (true);
create policy sweeping on public.sign_in_throttle for all to liaison_job
  using ((last_failure_at < (now() - '1 day'::interval)));
grant delete, insert, select, update on public.sign_in_throttle to liaison_auth;
grant select on public.sign_in_throttle to liaison_authz;
grant delete on public.sign_in_throttle to liaison_job;
grant select (last_failure_at) on public.sign_in_throttle to liaison_job;

-- Invitations, password resets, half-finished sign-ins and WebAuthn challenges: each works once.
create table public.single_use_token (
  id uuid not null default uuidv7(),
  purpose text not null,
  token_hash bytea not null,
  email text,
  person_id uuid,
  detail jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null,
  used_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint single_use_token_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint single_use_token_pkey PRIMARY KEY (id),
  constraint single_use_token_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'password_reset'::text, 'sign_in'::text, 'passkey_challenge'::text]))),
  constraint single_use_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX single_use_token_email_idx ON public.single_use_token USING btree (email) WHERE (used_at IS NULL);
CREATE INDEX single_use_token_ends_at_idx ON public.single_use_token USING btree (ends_at);
alter table public.single_use_token enable row level security, force row level security;
create policy auth_all on public.single_use_token for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.single_use_token for select to liaison_authz
  using (true);
create policy inviting on public.single_use_token for insert to liaison_authz
  with check ((purpose = 'invitation'::text));
create policy replacing on public.single_use_token for update to liaison_authz
  using ((purpose = 'invitation'::text))
  with check ((purpose = 'invitation'::text));
create policy resetting on public.single_use_token for delete to liaison_authz
  using (true);
create policy sweeping on public.single_use_token for all to liaison_job
  using ((ends_at < (now() - '7 days'::interval)));
grant delete, insert, select, update on public.single_use_token to liaison_auth;
grant delete, insert, select, update on public.single_use_token to liaison_authz;
grant delete on public.single_use_token to liaison_job;
grant select (ends_at) on public.single_use_token to liaison_job;

create table public.totp_factor (
  person_id uuid not null,
  secret bytea not null,
  confirmed_at timestamp with time zone,
  last_step bigint not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint totp_factor_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint totp_factor_pkey PRIMARY KEY (person_id)
);
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE OR UPDATE OF secret, confirmed_at ON public.totp_factor DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
alter table public.totp_factor enable row level security, force row level security;
create policy auth_all on public.totp_factor for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.totp_factor for select to liaison_authz
  using (true);
create policy resetting on public.totp_factor for delete to liaison_authz
  using (true);
grant delete, insert, select, update on public.totp_factor to liaison_auth;
grant delete, select on public.totp_factor to liaison_authz;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.invite(invitation jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  kind text := invitation ->> 'kind';
  organisation uuid := (invitation ->> 'organisation_id')::uuid;
  kept uuid;
begin
  if context is null or not coalesce(case context ->> 'plane'
      when 'platform' then kind in ('platform', 'partner', 'tenant')
      when 'program' then kind = 'partner' and organisation = access.partner_of_owner()
      when 'tenant' then kind = 'tenant' and organisation in (select access.reach('tenant_member', 'update'))
    end, false) then
    raise exception 'this context does not invite into that organisation' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp()
  where t.purpose = 'invitation' and t.used_at is null and t.email = invitation ->> 'email'
    and t.detail ->> 'kind' = kind and t.detail ->> 'organisation_id' is not distinct from organisation::text;
  insert into public.single_use_token (purpose, token_hash, email, detail, ends_at)
  values ('invitation', decode(invitation ->> 'token_hash', 'hex'), invitation ->> 'email',
    jsonb_build_object('kind', kind, 'organisation_id', organisation, 'role', invitation ->> 'role', 'invited_by', context ->> 'actor_id', 'invited_by_name', context ->> 'actor_name'),
    statement_timestamp() + interval '7 days')
  returning id into kept;
  return kept;
end
$function$;
grant execute on access.invite(jsonb) to liaison_platform;
grant execute on access.invite(jsonb) to liaison_program;
grant execute on access.invite(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.letter_in(letters jsonb, chosen text, spoken text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select coalesce(letters -> chosen, letters -> spoken, letters -> 'en') $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.managed_organisation()
 RETURNS TABLE(kind text, organisation text)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.kind, m.organisation::text
  from access.context() c
  cross join lateral (
    select 'program', 'partner_org.members.manage', 'partner', access.partner_of_owner()
    union all
    select 'tenant', 'tenant.members.manage', 'tenant', own from access.reach('tenant_member', 'update') own where c ->> 'plane' = 'tenant'
  ) m(plane, permission, kind, organisation)
  where access.is_in_own_plane() and c ->> 'plane' = m.plane and c ->> 'permission' = m.permission and m.organisation is not null
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.manages_staff()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(c ->> 'plane' = 'platform' and (c ->> 'permission' = 'platform.persons.manage' or (c ->> 'actor_type' = 'system' and c ->> 'source' = 'cli')), false)
  from access.context() c
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.members_with_factor()
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query
    select m.person_id
    from (
      select pm.person_id from public.partner_member pm
      where access.context_plane() = 'program' and pm.partner_id = access.partner_of_owner()
      union all
      select tm.person_id from public.tenant_member tm
      where access.context_plane() = 'tenant' and tm.tenant_id in (select r.id from access.reach('tenant_member', 'select') r (id) where r.id = access.context_id('tenant_id'))
    ) m
    where exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null)
      or exists (select from public.passkey k where k.person_id = m.person_id);
end
$function$;
grant execute on access.members_with_factor() to liaison_program;
grant execute on access.members_with_factor() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_use(sessions uuid[])
 RETURNS void
 LANGUAGE sql
AS $function$
  update public.session s set seen_at = statement_timestamp()
  where s.id in (
    select used.id from public.session used
    -- Less than a minute, because whoever asks for it counts the minute by a clock of its own.
    where used.id = any (sessions) and used.ended_at is null and used.seen_at < statement_timestamp() - interval '50 seconds'
      and exists (select from access.live_session a where a.token_hash = used.token_hash)
    for update of used skip locked)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.open_staff_invitations()
 RETURNS TABLE(id uuid, email text, role text, invited_by text, ends_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.id, t.email, t.detail ->> 'role', t.detail ->> 'invited_by_name', t.ends_at
  from public.single_use_token t
  where access.context_plane() = 'platform' and t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform'
    and t.used_at is null and t.ends_at > statement_timestamp()
$function$;
grant execute on access.open_staff_invitations() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_facts(tenant uuid)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if session_user <> 'liaison_auth' or access.context_plane() is distinct from 'auth' then
    raise exception 'this login has no identity context' using errcode = 'insufficient_privilege';
  end if;
  return (
    select json_build_object('now', statement_timestamp(), 'plane', 'delegation', 'actor', a.actor, 'freezes', a.freezes,
      'partner', json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds),
      'partner_member', json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status),
      'tenant', json_build_object('id', d.tenant_id, 'name', f.tenant_name, 'status', f.tenant_status), 'link', f.facts)
    from public.session s
    join access.live_session a on a.token_hash = s.token_hash
    join lateral (select * from public.partner_member m where m.person_id = a.person_id order by (m.status = 'active') desc, m.created_at desc limit 1) pm on true
    join public.partner p on p.id = pm.partner_id
    join lateral access.deciding_link(pm.partner_id, own_facts.tenant) d on d.id is not null
    join access.link_fact f on f.id = d.id and f.person_id = a.person_id
    where s.id = access.context_id('session_id'));
end
$function$;
grant execute on access.own_facts(uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_frames()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  person uuid := access.context_id('actor_id');
begin
  if person is null or access.context_plane() is distinct from 'auth' then
    return null;
  end if;
  return jsonb_build_object(
    'platform_role', (select s.role from public.platform_staff s where s.person_id = person and s.status = 'active'),
    'partner', (
      select jsonb_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'kinds', p.kinds, 'role', m.role)
      from public.partner_member m join public.partner p on p.id = m.partner_id
      where m.person_id = person and m.status = 'active' and p.status = 'active'),
    'tenants', coalesce((
      select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'role', m.role) order by t.name)
      from public.tenant_member m join public.tenant t on t.id = m.tenant_id
      where m.person_id = person and m.status = 'active' and t.status <> 'closed'), '[]'),
    'managed_tenant_ids', coalesce((
      select jsonb_agg(d.tenant_id order by d.tenant_id)
      from public.link_member a
      join public.delegation d on d.id = a.link_id
      join public.partner_member m on m.id = a.member_id and m.person_id = person and m.status = 'active'
      where a.person_id = person and (a.ends_at is null or a.ends_at > statement_timestamp())
        and access.in_force(d) and (access.mask_now(d) & a.mask) <> 0::bit(256)
        and not exists (
          select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = person
            and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id))), '[]'));
end
$function$;
grant execute on access.own_frames() to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_invitations()
 RETURNS TABLE(id uuid, email text, role text, invited_by text, created_at timestamp with time zone, ends_at timestamp with time zone, withdrawn_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.id, t.email, t.detail ->> 'role', t.detail ->> 'invited_by_name', t.created_at, t.ends_at, t.withdrawn_at
  from access.managed_organisation() own
  join public.single_use_token t on t.purpose = 'invitation' and t.detail ->> 'kind' = own.kind and t.detail ->> 'organisation_id' = own.organisation
  where (t.used_at is null or t.withdrawn_at is not null) and t.ends_at > statement_timestamp() - interval '7 days'
$function$;
grant execute on access.own_invitations() to liaison_program;
grant execute on access.own_invitations() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_language()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select p.language from public.person p where p.id = access.context_id('actor_id') $function$;
grant execute on access.own_language() to liaison_auth;
grant execute on access.own_language() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_members()
 RETURNS TABLE(member_id uuid, person_id uuid, name text, email text, role text, status text, since timestamp with time zone, has_factor boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select tm.id, tm.person_id, p.name, case when reader.is_admin then p.email end, tm.role,
    case when p.status = 'active' then tm.status else 'inactive' end, tm.created_at,
    tm.person_id in (select access.members_with_factor())
  from public.tenant_member tm
  join public.person p on p.id = tm.person_id
  cross join (
    select exists (
      select from public.tenant_member own
      where own.tenant_id = access.context_id('tenant_id') and own.person_id = access.context_id('actor_id') and own.role = 'TENANT_ADMIN' and own.status = 'active'
    ) as is_admin
  ) reader
  where access.context_plane() = 'tenant'
    and tm.tenant_id = access.context_id('tenant_id')
    and tm.tenant_id in (select access.reach('tenant_member', 'select'))
$function$;
grant execute on access.own_members() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.persons_with_factor(persons uuid[])
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select asked.id from unnest(persons) asked(id)
  where access.context_plane() = 'platform'
    and (exists (select from public.totp_factor f where f.person_id = asked.id and f.confirmed_at is not null)
      or exists (select from public.passkey k where k.person_id = asked.id))
$function$;
grant execute on access.persons_with_factor(uuid[]) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.remove_staff(person uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  actor uuid := access.context_id('actor_id');
  is_operator boolean := coalesce(access.context() ->> 'actor_type' = 'system' and access.context() ->> 'source' = 'cli', false);
begin
  if not access.manages_staff() then
    raise exception 'who administers the platform is decided by its administrators alone' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('platform_staff', '00000000-0000-0000-0000-000000000000'));
  if not is_operator and not exists (select from public.platform_staff s where s.person_id = actor and s.status = 'active') then
    raise exception 'this person no longer administers the platform' using errcode = 'insufficient_privilege';
  end if;
  if not is_operator and person = actor then
    return 'own';
  end if;
  if not exists (select from public.platform_staff s where s.person_id = person) then
    return 'unknown';
  end if;
  delete from public.platform_staff s where s.person_id = person;
  update public.single_use_token t set used_at = statement_timestamp()
  where t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform' and t.detail ->> 'invited_by' = person::text and t.used_at is null;
  return 'removed';
end
$function$;
grant execute on access.remove_staff(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.reset_factors(person uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  apps integer;
  passkeys integer;
  codes integer;
  sessions integer;
  later integer;
begin
  if access.context_plane() is distinct from 'platform' or access.context() ->> 'permission' is distinct from 'platform.persons.manage' then
    raise exception 'second factors are reset by the provider''s people alone' using errcode = 'insufficient_privilege';
  end if;
  update public.session s set ended_at = statement_timestamp(), end_reason = 'factors_reset' where s.person_id = person and s.ended_at is null;
  get diagnostics sessions = row_count;
  delete from public.totp_factor f where f.person_id = person;
  get diagnostics apps = row_count;
  delete from public.passkey k where k.person_id = person;
  get diagnostics passkeys = row_count;
  delete from public.recovery_code c where c.person_id = person and c.used_at is null;
  get diagnostics codes = row_count;
  delete from public.recovery_code c where c.person_id = person;
  delete from public.single_use_token t where t.person_id = person and t.purpose in ('sign_in', 'passkey_challenge');
  update public.session s set ended_at = statement_timestamp(), end_reason = 'factors_reset' where s.person_id = person and s.ended_at is null;
  get diagnostics later = row_count;
  sessions := sessions + later;
  return jsonb_build_object('apps', apps, 'passkeys', passkeys, 'codes', codes, 'sessions', sessions);
end
$function$;
grant execute on access.reset_factors(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.withdraw_invitation(invitation uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  withdrawn jsonb;
begin
  if not exists (select from access.managed_organisation()) then
    raise exception 'this context withdraws no invitation' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp(), withdrawn_at = statement_timestamp()
  from access.managed_organisation() own
  where t.id = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = own.kind and t.detail ->> 'organisation_id' = own.organisation
    and t.used_at is null and t.ends_at > statement_timestamp()
  returning jsonb_build_object('email', t.email, 'role', t.detail ->> 'role') into withdrawn;
  return withdrawn;
end
$function$;
grant execute on access.withdraw_invitation(uuid) to liaison_program;
grant execute on access.withdraw_invitation(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.withdraw_staff_invitation(invitation uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  withdrawn text;
begin
  if not access.manages_staff() then
    raise exception 'who administers the platform is decided by its administrators alone' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp(), withdrawn_at = statement_timestamp()
  where t.id = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform' and t.used_at is null and t.ends_at > statement_timestamp()
  returning t.email into withdrawn;
  return withdrawn;
end
$function$;
grant execute on access.withdraw_staff_invitation(uuid) to liaison_platform;
