-- An organisation that works with tenants under the provider's rules.
create table public.partner (
  id uuid not null default uuidv7(),
  name text not null,
  slug text not null,
  kinds text[] not null,
  status text not null default 'active'::text,
  registry_status text not null generated always as (
CASE
    WHEN (status = 'active'::text) THEN 'active'::text
    ELSE 'stopped'::text
END) stored,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  legal_name text,
  country text,
  registration_no text,
  contact_email text,
  onboarding_date date not null default ((now() AT TIME ZONE 'utc'::text))::date,
  tier text not null default 'standard'::text,
  region text,
  home_tenant_id uuid,
  website text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  approved_website text,
  uses_account_refs boolean not null default false,
  contact_set_by_partner boolean not null default false,
  support_contact text,
  approved_support_contact text,
  constraint partner_contact_email_check CHECK (((contact_email = lower(contact_email)) AND ((char_length(contact_email) >= 3) AND (char_length(contact_email) <= 254)))),
  constraint partner_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint partner_home_tenant FOREIGN KEY (home_tenant_id) REFERENCES public.tenant(id),
  constraint partner_kinds_check CHECK (((cardinality(kinds) > 0) AND (kinds <@ ARRAY['referral'::text, 'reseller'::text, 'wholesaler'::text, 'msp'::text, 'enterprise_hq'::text, 'auditor'::text, 'white_label'::text, 'agency'::text]))),
  constraint partner_legal_name_check CHECK (((char_length(legal_name) >= 1) AND (char_length(legal_name) <= 200))),
  constraint partner_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint partner_pkey PRIMARY KEY (id),
  constraint partner_region_check CHECK ((region ~ '^[a-z][a-z0-9_-]{0,29}$'::text)),
  constraint partner_registration_no_check CHECK (((char_length(registration_no) >= 1) AND (char_length(registration_no) <= 50))),
  constraint partner_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint partner_slug_key UNIQUE (slug),
  constraint partner_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'terminated'::text]))),
  constraint partner_status_reason_check CHECK ((char_length(status_reason) <= 500)),
  constraint partner_support_contact_check CHECK (((char_length(support_contact) >= 1) AND (char_length(support_contact) <= 200))),
  constraint partner_tier_check CHECK ((tier = ANY (ARRAY['standard'::text, 'advanced'::text, 'premier'::text])))
);
CREATE INDEX partner_look ON public.partner USING btree (private.look_of(name));
CREATE TRIGGER announced AFTER UPDATE OF status ON public.partner FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=id');
CREATE TRIGGER announced_home AFTER UPDATE OF home_tenant_id ON public.partner FOR EACH ROW WHEN ((new.home_tenant_id IS DISTINCT FROM old.home_tenant_id)) EXECUTE FUNCTION private.announce_access('partner_id=id');
CREATE TRIGGER approve_support_contact BEFORE INSERT OR UPDATE OF support_contact, approved_support_contact ON public.partner FOR EACH ROW EXECUTE FUNCTION private.approve_support_contact();
CREATE TRIGGER approve_website BEFORE INSERT OR UPDATE OF website, approved_website ON public.partner FOR EACH ROW EXECUTE FUNCTION private.approve_website();
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_partner BEFORE INSERT OR UPDATE ON public.partner FOR EACH ROW EXECUTE FUNCTION private.enforce_partner();
CREATE TRIGGER features_announced AFTER INSERT OR UPDATE OF kinds, tier, region ON public.partner FOR EACH ROW EXECUTE FUNCTION private.announce_features('id');
CREATE TRIGGER keep_home_tenant BEFORE INSERT OR UPDATE OF home_tenant_id ON public.partner FOR EACH ROW EXECUTE FUNCTION private.keep_home_tenant();
CREATE TRIGGER keep_past AFTER UPDATE OF status ON public.partner FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER note_contact BEFORE UPDATE OF contact_email, contact_set_by_partner ON public.partner FOR EACH ROW EXECUTE FUNCTION private.note_contact();
CREATE TRIGGER open_realm AFTER INSERT OR UPDATE OF kinds ON public.partner FOR EACH ROW EXECUTE FUNCTION private.open_realm();
CREATE TRIGGER require_second_person BEFORE UPDATE ON public.partner FOR EACH ROW WHEN (((new.status = 'terminated'::text) AND (old.status <> 'terminated'::text))) EXECUTE FUNCTION private.require_second_person('partner_termination');
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.partner FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER signalled AFTER UPDATE OF status ON public.partner FOR EACH ROW WHEN (((old.status = 'active'::text) AND (new.status <> 'active'::text))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.partner REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.partner REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.partner REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.partner REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stop_writes BEFORE UPDATE OF status ON public.partner FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
CREATE TRIGGER stop_writes_home BEFORE UPDATE OF home_tenant_id ON public.partner FOR EACH ROW WHEN ((new.home_tenant_id IS DISTINCT FROM old.home_tenant_id)) EXECUTE FUNCTION private.stop_writes();
alter table public.partner enable row level security, force row level security;
create policy clock_reads on public.partner for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.partner for select to liaison_authz
  using (true);
create policy delegates_read on public.partner as restrictive for select to liaison_delegate
  using (((( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) OR (( SELECT access.own_partner() AS own_partner) IS NOT NULL)));
create policy homing on public.partner for update to liaison_owner
  using (true)
  with check (true);
create policy ingesting on public.partner for select to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy invited_read on public.partner for select to liaison_auth
  using (true);
create policy kinds_checking on public.partner for select to liaison_owner
  using (true);
create policy linked_partner on public.partner for select to liaison_tenant
  using (((EXISTS ( SELECT
   FROM public.delegation d
  WHERE (d.partner_id = partner.id))) OR (EXISTS ( SELECT
   FROM public.partner_home h
  WHERE ((h.partner_id = partner.id) AND (h.status = 'active'::text))))));
create policy members_read on public.partner as restrictive for select to liaison_program
  using ((id = ( SELECT access.own_partner() AS own_partner)));
create policy own_contact on public.partner for update to liaison_program
  using ((id = ( SELECT access.own_partner() AS own_partner)))
  with check ((id = ( SELECT access.own_partner() AS own_partner)));
create policy own_partner on public.partner for select to liaison_delegate, liaison_program
  using ((id = ( SELECT access.context_id('partner_id'::text) AS context_id)));
create policy owners_update on public.partner as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_all on public.partner for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner to liaison_auth;
grant select on public.partner to liaison_authz;
grant select on public.partner to liaison_delegate;
grant insert, select, update on public.partner to liaison_platform;
grant select on public.partner to liaison_program;
grant select (id, name, slug, status) on public.partner to liaison_ingest;
grant select (id, name, slug, status) on public.partner to liaison_job;
grant update (contact_email, website, support_contact) on public.partner to liaison_program;
grant select (id, name, slug, kinds, status, legal_name, onboarding_date, created_at, approved_website, approved_support_contact) on public.partner to liaison_tenant;

-- A person's membership in a partner. It opens the partner's own data; it opens no tenant.
create table public.partner_member (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  person_id uuid not null,
  role text not null,
  status text not null default 'active'::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint partner_member_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_member_partner_id_id_key UNIQUE (partner_id, id),
  constraint partner_member_partner_id_person_id_key UNIQUE (partner_id, person_id),
  constraint partner_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint partner_member_pkey PRIMARY KEY (id),
  constraint partner_member_role_check CHECK ((role = ANY (ARRAY['PARTNER_OWNER'::text, 'PARTNER_STAFF'::text]))),
  constraint partner_member_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])))
);
CREATE INDEX partner_member_person_id_idx ON public.partner_member USING btree (person_id);
CREATE UNIQUE INDEX partner_member_one_partner ON public.partner_member USING btree (person_id) WHERE (status = 'active'::text);
CREATE TRIGGER announced AFTER DELETE OR UPDATE OF status, role ON public.partner_member FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,person_id=person_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_an_owner BEFORE UPDATE OF role, status ON public.partner_member FOR EACH ROW EXECUTE FUNCTION private.keep_an_owner();
CREATE TRIGGER keep_membership_over BEFORE UPDATE OF role, status ON public.partner_member FOR EACH ROW WHEN (((old.status = 'inactive'::text) AND ((new.status <> 'inactive'::text) OR (new.role <> old.role)))) EXECUTE FUNCTION private.keep_membership_over();
CREATE TRIGGER keep_past AFTER UPDATE OF status, role ON public.partner_member FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER leave_sandbox AFTER UPDATE OF status ON public.partner_member FOR EACH ROW WHEN ((new.status <> 'active'::text)) EXECUTE FUNCTION access.leave_sandbox();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.partner_member FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.partner_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'partner_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.partner_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'partner_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.partner_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'partner_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.partner_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'partner_id');
CREATE TRIGGER stop_writes BEFORE UPDATE OF status, role ON public.partner_member FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
alter table public.partner_member enable row level security, force row level security;
create policy deciding on public.partner_member for select to liaison_authz
  using (true);
create policy invited on public.partner_member for insert to liaison_auth
  with check (true);
create policy invited_read on public.partner_member for select to liaison_auth
  using (true);
create policy own_partner on public.partner_member for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy own_partner_read on public.partner_member for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.partner_member as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_member as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_all on public.partner_member for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy rejoining on public.partner_member for update to liaison_authz
  using (true)
  with check (true);
grant select on public.partner_member to liaison_auth;
grant select on public.partner_member to liaison_authz;
grant select on public.partner_member to liaison_delegate;
grant select on public.partner_member to liaison_platform;
grant select on public.partner_member to liaison_program;
grant insert (partner_id, person_id, role) on public.partner_member to liaison_auth;
grant update (role, status) on public.partner_member to liaison_authz;
grant update (role, status) on public.partner_member to liaison_platform;
grant update (role, status) on public.partner_member to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_other_owner(of_partner uuid, than_member uuid)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
    where m.partner_id = of_partner and m.id <> than_member and m.role = 'PARTNER_OWNER' and m.status = 'active'
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = of_partner) and f.tenant_id is null))
  $function$;
grant execute on access.has_other_owner(uuid,uuid) to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.approve_support_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() = 'partner' then
    new.approved_support_contact := case when tg_op = 'UPDATE' then old.approved_support_contact end;
  elsif tg_op = 'INSERT' or new.support_contact is distinct from old.support_contact then
    new.approved_support_contact := new.support_contact;
  elsif new.approved_support_contact is distinct from new.support_contact then
    new.approved_support_contact := old.approved_support_contact;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.approve_website()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() = 'partner' then
    new.approved_website := case when tg_op = 'UPDATE' then old.approved_website end;
  elsif tg_op = 'INSERT' or new.website is distinct from old.website then
    new.approved_website := new.website;
  elsif new.approved_website is distinct from new.website then
    new.approved_website := old.approved_website;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_partner()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    new.onboarding_date := least(new.onboarding_date, (new.created_at at time zone 'utc')::date);
    if side is not null and new.status <> 'active' then
      raise exception 'a partner begins active' using errcode = 'check_violation', constraint = 'partner_transition';
    end if;
    return new;
  end if;
  new.version := old.version + 1;
  if new.status <> old.status then
    new.status_changed_at := statement_timestamp();
  end if;
  if side is null then
    return new;
  end if;
  if old.status = 'terminated' and not (pg_trigger_depth() > 1 and old.home_tenant_id is not null and new.home_tenant_id is null
      and to_jsonb(new) - array['home_tenant_id', 'version', 'updated_at', 'registry_status'] = to_jsonb(old) - array['home_tenant_id', 'version', 'updated_at', 'registry_status']) then
    raise exception 'a terminated partner is history' using errcode = 'check_violation', constraint = 'partner_transition';
  end if;
  if (new.id, new.slug, new.onboarding_date, new.created_at) is distinct from (old.id, old.slug, old.onboarding_date, old.created_at) then
    raise exception 'a partner keeps its code and its beginning' using errcode = 'check_violation', constraint = 'partner_identity';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'partner' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a partner from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'partner_transition';
  end if;
  if side = 'partner' and (new.name, new.kinds, new.status, new.legal_name, new.country, new.registration_no, new.tier, new.region)
    is distinct from (old.name, old.kinds, old.status, old.legal_name, old.country, old.registration_no, old.tier, old.region) then
    raise exception 'the provider keeps the registry' using errcode = 'check_violation', constraint = 'partner_identity';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_an_owner()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user = 'liaison_program' and access.partner_of_owner() is distinct from old.partner_id then
    raise exception 'members are changed by owners' using errcode = 'insufficient_privilege', constraint = 'partner_member_by_owner';
  end if;
  if session_user like 'liaison\_%' and old.role = 'PARTNER_OWNER' and old.status = 'active' and (new.role <> 'PARTNER_OWNER' or new.status <> 'active') then
    -- One after the other, so that two owners who leave at once do not each count on the other.
    perform pg_advisory_xact_lock(access.lock_key('partner owners', old.partner_id));
    if not access.has_other_owner(old.partner_id, old.id) then
      raise exception 'a partner keeps an owner' using errcode = 'check_violation', constraint = 'partner_member_last_owner';
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_home_tenant()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if current_user = 'liaison_platform' and (case when tg_op = 'INSERT' then new.home_tenant_id is not null else new.home_tenant_id is distinct from old.home_tenant_id end) then
    raise exception 'no login names the own tenant of a partner' using errcode = 'check_violation', constraint = 'partner_home_tenant_kept';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_membership_over()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user in ('liaison_program', 'liaison_platform', 'liaison_tenant') then
    raise exception 'a membership that is over comes back by an invitation' using errcode = 'check_violation', constraint = 'membership_over';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.look_of(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select regexp_replace(replace(replace(translate(
      regexp_replace(lower(normalize(name, nfkd) collate "und-x-icu"), '[\u0001-\u001f\u007f-\u009f\u00ad\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2800\u115f\u1160\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0]', '', 'g'),
      'аα4сϲԁеε3һіιl1|!јϳкκмոпоοօσ0рρѕ5$тτսυѵνхχу',
      'aaaccdeeehiiiiiijjkkmnnoooooppsssttuuvvxxy'), 'rn', 'm'), 'vv', 'w'), '[^[:alnum:]]', '', 'g')
$function$;
grant execute on private.look_of(text) to liaison_authz;
grant execute on private.look_of(text) to liaison_platform;
grant execute on private.look_of(text) to liaison_program;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.contact_set_by_partner := case when new.contact_email is distinct from old.contact_email then session_user = 'liaison_program' else old.contact_set_by_partner end;
  return new;
end
$function$;
