-- Members of a partner who are assigned to links together. The tenants see its name beside the people whom it brings.
create table public.partner_team (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  name text not null,
  description text,
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint partner_team_description_check CHECK ((char_length(description) <= 500)),
  constraint partner_team_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint partner_team_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_team_partner_id_id_key UNIQUE (partner_id, id),
  constraint partner_team_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX partner_team_one_name ON public.partner_team USING btree (partner_id, lower(name));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_team FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_team REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_team REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_team REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.partner_team FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_team FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.partner_team enable row level security, force row level security;
create policy deciding on public.partner_team for select to liaison_authz
  using (true);
create policy owners_delete on public.partner_team as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.partner_team as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.partner_team as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_team as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.partner_team for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.partner_team to liaison_authz;
grant delete, select on public.partner_team to liaison_program;
grant insert (partner_id, name, description, created_by, created_by_name) on public.partner_team to liaison_program;
grant update (name, description, version) on public.partner_team to liaison_program;

-- How one person likes to look at a screen: filters, columns, order. It opens nothing; what it names is asked for anew whenever it is used.
create table public.saved_view (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  person_id uuid not null,
  screen text not null,
  name text not null,
  settings jsonb not null,
  is_default boolean not null default false,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint saved_view_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint saved_view_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint saved_view_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint saved_view_pkey PRIMARY KEY (id),
  constraint saved_view_screen_check CHECK ((screen = ANY (ARRAY['board'::text, 'links'::text, 'invoices'::text, 'tickets'::text, 'alerts'::text]))),
  constraint saved_view_settings_check CHECK (((jsonb_typeof(settings) = 'object'::text) AND (octet_length((settings)::text) <= 8192)))
);
CREATE INDEX saved_view_partner_id_idx ON public.saved_view USING btree (partner_id);
CREATE UNIQUE INDEX saved_view_one_default ON public.saved_view USING btree (person_id, partner_id, screen) WHERE is_default;
CREATE UNIQUE INDEX saved_view_one_name ON public.saved_view USING btree (person_id, partner_id, screen, lower(name));
CREATE TRIGGER audited_delete AFTER DELETE ON public.saved_view REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.saved_view REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.saved_view REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.saved_view FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.saved_view enable row level security, force row level security;
create policy deciding on public.saved_view for select to liaison_authz
  using (true);
create policy own_views on public.saved_view for all to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id))));
grant select on public.saved_view to liaison_authz;
grant delete, select on public.saved_view to liaison_program;
grant insert (partner_id, person_id, screen, name, settings, is_default) on public.saved_view to liaison_program;
grant update (name, settings, is_default, version) on public.saved_view to liaison_program;

-- A link, or the links with every tenant of a group, that the people of a team are assigned to.
create table public.team_grant (
  id uuid not null default uuidv7(),
  team_id uuid not null,
  partner_id uuid not null,
  link_id uuid,
  group_id uuid,
  role text,
  ends_at timestamp with time zone,
  granted_by uuid not null,
  granted_at timestamp with time zone not null default now(),
  constraint team_grant_check CHECK ((num_nonnulls(link_id, group_id) = 1)),
  constraint team_grant_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link(id),
  constraint team_grant_partner_id_group_id_fkey FOREIGN KEY (partner_id, group_id) REFERENCES public.tenant_group(partner_id, id) ON DELETE CASCADE,
  constraint team_grant_partner_id_team_id_fkey FOREIGN KEY (partner_id, team_id) REFERENCES public.partner_team(partner_id, id) ON DELETE CASCADE,
  constraint team_grant_pkey PRIMARY KEY (id),
  constraint team_grant_role_check CHECK ((role = ANY (ARRAY['msp_full'::text, 'msp_billing'::text, 'msp_support'::text, 'enterprise_hq'::text, 'auditor'::text, 'reseller'::text, 'delegate'::text]))),
  constraint team_grant_team_id_group_id_key UNIQUE (team_id, group_id),
  constraint team_grant_team_id_link_id_key UNIQUE (team_id, link_id)
);
CREATE INDEX team_grant_group_id_idx ON public.team_grant USING btree (group_id);
CREATE INDEX team_grant_link_id_idx ON public.team_grant USING btree (link_id);
CREATE INDEX team_grant_partner_id_idx ON public.team_grant USING btree (partner_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.team_grant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.team_grant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.team_grant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER derive_added AFTER INSERT ON public.team_grant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_grants();
CREATE TRIGGER derive_removed AFTER DELETE ON public.team_grant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_grants();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.team_grant FOR EACH ROW WHEN ((new.granted_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('granted_by');
alter table public.team_grant enable row level security, force row level security;
create policy deciding on public.team_grant for select to liaison_authz
  using (true);
create policy owners_delete on public.team_grant as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.team_grant as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.team_grant as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.team_grant for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (granted_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND ((link_id IS NULL) OR (EXISTS ( SELECT
   FROM public.link l
  WHERE ((l.id = team_grant.link_id) AND (l.partner_id = team_grant.partner_id)))))));
grant select on public.team_grant to liaison_authz;
grant delete, select on public.team_grant to liaison_program;
grant insert (team_id, partner_id, link_id, group_id, role, ends_at, granted_by) on public.team_grant to liaison_program;

create table public.team_member (
  team_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  added_by uuid not null,
  added_at timestamp with time zone not null default now(),
  constraint team_member_partner_id_member_id_fkey FOREIGN KEY (partner_id, member_id) REFERENCES public.partner_member(partner_id, id),
  constraint team_member_partner_id_team_id_fkey FOREIGN KEY (partner_id, team_id) REFERENCES public.partner_team(partner_id, id) ON DELETE CASCADE,
  constraint team_member_pkey PRIMARY KEY (team_id, member_id)
);
CREATE INDEX team_member_partner_id_member_id_idx ON public.team_member USING btree (partner_id, member_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.team_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.team_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.team_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER derive_added AFTER INSERT ON public.team_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_members();
CREATE TRIGGER derive_removed AFTER DELETE ON public.team_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_members();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.team_member FOR EACH ROW WHEN ((new.added_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('added_by');
alter table public.team_member enable row level security, force row level security;
create policy deciding on public.team_member for select to liaison_authz
  using (true);
create policy owners_delete on public.team_member as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.team_member as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.team_member as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.team_member for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (added_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy rejoining on public.team_member for delete to liaison_authz
  using (true);
grant delete, select on public.team_member to liaison_authz;
grant delete, select on public.team_member to liaison_program;
grant insert (team_id, partner_id, member_id, added_by) on public.team_member to liaison_program;

-- A partner's own label for some of its tenants, such as "with contract". A group opens nothing: it only narrows what is reached.
create table public.tenant_group (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  name text not null,
  description text,
  kind text not null,
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint tenant_group_description_check CHECK ((char_length(description) <= 500)),
  constraint tenant_group_kind_check CHECK ((kind = ANY (ARRAY['all'::text, 'chosen'::text]))),
  constraint tenant_group_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint tenant_group_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint tenant_group_partner_id_id_key UNIQUE (partner_id, id),
  constraint tenant_group_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenant_group_one_name ON public.tenant_group USING btree (partner_id, lower(name));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.tenant_group FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_group REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_group REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_group REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenant_group FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.tenant_group FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.tenant_group enable row level security, force row level security;
create policy clock on public.tenant_group for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.tenant_group for select to liaison_authz
  using (true);
create policy owners_delete on public.tenant_group as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.tenant_group as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.tenant_group as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.tenant_group for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.tenant_group for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.tenant_group to liaison_authz;
grant select on public.tenant_group to liaison_delegate;
grant select on public.tenant_group to liaison_job;
grant delete, select on public.tenant_group to liaison_program;
grant insert (partner_id, name, description, kind, created_by, created_by_name) on public.tenant_group to liaison_program;
grant update (name, description, version) on public.tenant_group to liaison_program;

-- The tenants that a group names: those in it, or those that a group of all leaves out.
create table public.tenant_group_entry (
  group_id uuid not null,
  partner_id uuid not null,
  tenant_id uuid not null,
  effect text not null,
  constraint tenant_group_entry_effect_check CHECK ((effect = ANY (ARRAY['include'::text, 'exclude'::text]))),
  constraint tenant_group_entry_partner_id_group_id_fkey FOREIGN KEY (partner_id, group_id) REFERENCES public.tenant_group(partner_id, id) ON DELETE CASCADE,
  constraint tenant_group_entry_pkey PRIMARY KEY (group_id, tenant_id),
  constraint tenant_group_entry_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX tenant_group_entry_partner_id_tenant_id_idx ON public.tenant_group_entry USING btree (partner_id, tenant_id);
CREATE INDEX tenant_group_entry_tenant_id_idx ON public.tenant_group_entry USING btree (tenant_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_group_entry REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_group_entry REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_group_entry REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER derive_added AFTER INSERT ON public.tenant_group_entry REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_groups();
CREATE TRIGGER derive_removed AFTER DELETE ON public.tenant_group_entry REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_from_groups();
alter table public.tenant_group_entry enable row level security, force row level security;
create policy clock on public.tenant_group_entry for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.tenant_group_entry for select to liaison_authz
  using (true);
create policy owners_delete on public.tenant_group_entry as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.tenant_group_entry as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.tenant_group_entry for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.tenant_group_entry for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.tenant_group_entry to liaison_authz;
grant select on public.tenant_group_entry to liaison_delegate;
grant select on public.tenant_group_entry to liaison_job;
grant delete, insert, select on public.tenant_group_entry to liaison_program;

-- The tenants that a person keeps at the top of the switcher. A pin opens nothing.
create table public.tenant_pin (
  person_id uuid not null,
  partner_id uuid not null,
  tenant_id uuid not null,
  pinned_at timestamp with time zone not null default now(),
  constraint tenant_pin_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint tenant_pin_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint tenant_pin_pkey PRIMARY KEY (person_id, partner_id, tenant_id),
  constraint tenant_pin_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX tenant_pin_partner_id_idx ON public.tenant_pin USING btree (partner_id);
CREATE INDEX tenant_pin_tenant_id_idx ON public.tenant_pin USING btree (tenant_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_pin REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_pin REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_pin REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.tenant_pin enable row level security, force row level security;
create policy deciding on public.tenant_pin for select to liaison_authz
  using (true);
create policy own_pins on public.tenant_pin for all to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id))));
grant select on public.tenant_pin to liaison_authz;
grant delete, select on public.tenant_pin to liaison_program;
grant insert (person_id, partner_id, tenant_id) on public.tenant_pin to liaison_program;

-- Reads under the rights and row policies of whoever asks.
-- owner: liaison_owner
create view public.tenant_of_group with (security_invoker=true) as
 SELECT g.id AS group_id,
    g.partner_id,
    t.tenant_id
   FROM (public.tenant_group g
     CROSS JOIN LATERAL ( SELECT DISTINCT d.tenant_id
           FROM public.delegation d
          WHERE ((d.partner_id = g.partner_id) AND (d.kind = 'link'::text) AND (d.status = ANY (ARRAY['approved'::text, 'active'::text, 'suspended'::text, 'expired'::text, 'revoked'::text])))) t)
  WHERE
        CASE g.kind
            WHEN 'all'::text THEN (NOT (EXISTS ( SELECT
               FROM public.tenant_group_entry e
              WHERE ((e.group_id = g.id) AND (e.tenant_id = t.tenant_id) AND (e.effect = 'exclude'::text)))))
            ELSE (EXISTS ( SELECT
               FROM public.tenant_group_entry e
              WHERE ((e.group_id = g.id) AND (e.tenant_id = t.tenant_id) AND (e.effect = 'include'::text))))
        END;
grant select on public.tenant_of_group to liaison_authz;
grant select on public.tenant_of_group to liaison_delegate;
grant select on public.tenant_of_group to liaison_job;
grant select on public.tenant_of_group to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.clear_assignments(of_member uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  links uuid[];
  before jsonb;
  after jsonb;
  told record;
begin
  delete from public.team_member t where t.member_id = of_member;
  links := array(select m.link_id from public.link_member m where m.member_id = of_member);
  before := access.people_by_link(links);
  delete from public.link_member m where m.member_id = of_member;
  after := access.people_by_link(links);
  for told in
    select d.id, d.tenant_id, d.partner_id, t.name as tenant_name, p.name as partner_name, l.access_role
    from public.delegation d join public.link l on l.id = d.id join public.tenant t on t.id = d.tenant_id join public.partner p on p.id = d.partner_id
    where d.id = any (links) order by d.tenant_id
  loop
    perform audit.record(jsonb_build_object('action', 'links.assign', 'tenant_id', told.tenant_id, 'tenant_name', told.tenant_name, 'partner_id', told.partner_id,
      'partner_name', told.partner_name, 'delegation_id', told.id, 'role', told.access_role, 'resource_type', 'link', 'resource_id', told.id,
      'resource_label', told.partner_name || ' in ' || told.tenant_name,
      'changes', jsonb_build_object('people', jsonb_build_object('before', before -> told.id::text, 'after', after -> told.id::text))));
  end loop;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_after_direct()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform access.derive_assignments(c.partner_id, array_agg(c.link_id), array_agg(c.member_id)) from changed c where c.via_team_id is null group by c.partner_id;
  return null;
end
$function$;
grant execute on access.derive_after_direct() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_assignments(of_partner uuid, of_links uuid[], of_members uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  changing uuid[];
  before jsonb;
  after jsonb;
  told record;
begin
  perform pg_advisory_xact_lock(access.lock_key('derive', of_partner));
  select array_agg(distinct coalesce(w.link_id, h.link_id)) into changing
  from access.wanted_assignments(of_partner, of_links, of_members) w
  full join (
    select m.* from public.link_member m join public.delegation d on d.id = m.link_id and d.status in ('approved', 'active', 'suspended', 'expired')
    where m.partner_id = of_partner and m.via_team_id is not null and (of_links is null or m.link_id = any (of_links)) and (of_members is null or m.member_id = any (of_members))
  ) h on h.link_id = w.link_id and h.member_id = w.member_id
  where (w.team_id, w.role, w.mask, w.ends_at) is distinct from (h.via_team_id, h.role, h.mask, h.ends_at)
    and not exists (
      select from public.link_member direct
      where direct.link_id = w.link_id and direct.member_id = w.member_id and direct.via_team_id is null and (direct.ends_at is null or direct.ends_at > statement_timestamp()));
  if changing is null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('pair', md5(d.partner_id::text || d.tenant_id::text)::uuid))
  from (select * from public.delegation where id = any (changing) order by tenant_id) d;
  before := access.people_by_link(changing);
  delete from public.link_member m
  where m.link_id = any (changing) and m.via_team_id is not null and (of_members is null or m.member_id = any (of_members))
    and not exists (select from access.wanted_assignments(of_partner, changing, of_members) w where w.link_id = m.link_id and w.member_id = m.member_id);
  insert into public.link_member as m (link_id, tenant_id, partner_id, member_id, person_id, role, mask, ends_at, assigned_by, via_team_id)
  select w.link_id, w.tenant_id, of_partner, w.member_id, w.person_id, w.role, w.mask, w.ends_at, w.granted_by, w.team_id
  from access.wanted_assignments(of_partner, changing, of_members) w
  on conflict (link_id, member_id) do update
    set role = excluded.role, mask = excluded.mask, ends_at = excluded.ends_at, assigned_by = excluded.assigned_by, assigned_at = statement_timestamp(), via_team_id = excluded.via_team_id
    where (m.via_team_id is not null or m.ends_at <= statement_timestamp())
      and (m.via_team_id, m.role, m.mask, m.ends_at) is distinct from (excluded.via_team_id, excluded.role, excluded.mask, excluded.ends_at);
  if access.context() is not null then
    after := access.people_by_link(changing);
    for told in
      select d.id, d.tenant_id, t.name as tenant_name, p.name as partner_name, l.access_role
      from public.delegation d join public.link l on l.id = d.id join public.tenant t on t.id = d.tenant_id join public.partner p on p.id = d.partner_id
      where d.id = any (changing) order by d.tenant_id
    loop
      perform audit.record(jsonb_build_object('action', 'links.assign_by_team', 'tenant_id', told.tenant_id, 'tenant_name', told.tenant_name, 'partner_id', of_partner,
        'partner_name', told.partner_name, 'delegation_id', told.id, 'role', told.access_role, 'resource_type', 'link', 'resource_id', told.id,
        'resource_label', told.partner_name || ' in ' || told.tenant_name,
        'changes', jsonb_build_object('people', jsonb_build_object('before', before -> told.id::text, 'after', after -> told.id::text))));
    end loop;
  end if;
  return cardinality(changing);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_ended()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  ended record;
  changed integer := 0;
begin
  if access.context_plane() is distinct from 'system' then
    raise exception 'only the clock derives what has ended' using errcode = 'insufficient_privilege';
  end if;
  for ended in
    select m.partner_id, array_agg(distinct m.link_id) as links, array_agg(distinct m.member_id) as members
    from public.link_member m join public.delegation d on d.id = m.link_id and d.status in ('approved', 'active', 'suspended', 'expired')
    where m.ends_at <= statement_timestamp() and (m.via_team_id is not null or exists (select from public.team_member tm where tm.partner_id = m.partner_id and tm.member_id = m.member_id))
    group by m.partner_id order by m.partner_id
  loop
    changed := changed + access.derive_assignments(ended.partner_id, ended.links, ended.members);
  end loop;
  return changed;
end
$function$;
grant execute on access.derive_ended() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_from_grants()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(tm.member_id)) from changed c join public.team_member tm on tm.team_id = c.team_id group by c.partner_id;
  return null;
end
$function$;
grant execute on access.derive_from_grants() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_from_groups()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(tm.member_id))
  from (select distinct partner_id, group_id from changed) c
  join public.team_grant g on g.group_id = c.group_id
  join public.team_member tm on tm.team_id = g.team_id
  group by c.partner_id;
  return null;
end
$function$;
grant execute on access.derive_from_groups() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_from_links()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from public.team_grant g where g.partner_id = new.partner_id) then
    perform access.derive_assignments(new.partner_id, array[new.id], null);
  end if;
  return null;
end
$function$;
grant execute on access.derive_from_links() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.derive_from_members()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(c.member_id)) from changed c group by c.partner_id;
  return null;
end
$function$;
grant execute on access.derive_from_members() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.people_by_link(links uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(jsonb_object_agg(l.id, (
    select coalesce(jsonb_agg(p.name order by p.name, p.id), '[]') from public.link_member m join public.person p on p.id = m.person_id where m.link_id = l.id)), '{}')
  from unnest(links) l(id)
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.rejoin(kind text, organisation uuid, invited_role text, invitation bytea)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  person uuid := access.context_id('actor_id');
  sent_at timestamptz;
  member uuid;
begin
  if session_user <> 'liaison_auth' or person is null then
    raise exception 'members come back by their own sign-in alone' using errcode = 'insufficient_privilege';
  end if;
  select t.created_at into sent_at from public.single_use_token t
  where t.token_hash = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = rejoin.kind and t.detail ->> 'organisation_id' = organisation::text and t.detail ->> 'role' = invited_role;
  if kind = 'partner' then
    select m.id into member from public.partner_member m
    where m.partner_id = organisation and m.person_id = person and m.status = 'inactive' and m.updated_at < sent_at;
    if member is not null then
      perform access.clear_assignments(member);
      update public.partner_member m set status = 'active', role = invited_role where m.id = member;
    end if;
  elsif kind = 'tenant' then
    update public.tenant_member m set status = 'active', role = invited_role
    where m.tenant_id = organisation and m.person_id = person and m.status = 'inactive' and m.updated_at < sent_at
    returning m.id into member;
  end if;
  return member is not null;
end
$function$;
grant execute on access.rejoin(text,uuid,text,bytea) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_leaver_out(of_partner uuid, of_member uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if access.context_plane() is distinct from 'platform' and (access.context_plane() is distinct from 'program' or access.context_id('partner_id') is distinct from of_partner) then
    raise exception 'a partner takes out its own people alone' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('derive', of_partner));
  if exists (select from public.partner_member m where m.id = of_member and m.partner_id = of_partner and m.status = 'inactive') then
    perform access.clear_assignments(of_member);
  end if;
end
$function$;
grant execute on access.take_leaver_out(uuid,uuid) to liaison_platform;
grant execute on access.take_leaver_out(uuid,uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.teams_of(delegation_id uuid)
 RETURNS TABLE(member_id uuid, team_id uuid, team_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.member_id, t.id, t.name
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.partner_team t on t.id = m.via_team_id
  where d.id = teams_of.delegation_id and access.is_party_to(d)
$function$;
grant execute on access.teams_of(uuid) to liaison_platform;
grant execute on access.teams_of(uuid) to liaison_program;
grant execute on access.teams_of(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.wanted_assignments(of_partner uuid, of_links uuid[], of_members uuid[])
 RETURNS TABLE(link_id uuid, tenant_id uuid, member_id uuid, person_id uuid, role text, mask bit, ends_at timestamp with time zone, team_id uuid, granted_by uuid)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct on (d.id, tm.member_id) d.id, d.tenant_id, tm.member_id, pm.person_id, g.role, own.mask, g.ends_at, g.team_id, g.granted_by
  from public.team_grant g
  join public.team_member tm on tm.team_id = g.team_id
  join public.partner_member pm on pm.partner_id = g.partner_id and pm.id = tm.member_id
  join public.delegation d on d.partner_id = g.partner_id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended', 'expired')
  cross join lateral (
    select coalesce((select t.defaults from public.link_role_template t where t.role = g.role order by t.version desc limit 1), ~ 0::bit(256)) as mask) own
  where g.partner_id = of_partner
    and (g.ends_at is null or g.ends_at > statement_timestamp())
    and (of_links is null or d.id = any (of_links))
    and (of_members is null or tm.member_id = any (of_members))
    and (d.id = g.link_id or exists (
      select from public.tenant_group tg
      where tg.id = g.group_id and case tg.kind
        when 'all' then not exists (select from public.tenant_group_entry e where e.group_id = tg.id and e.tenant_id = d.tenant_id and e.effect = 'exclude')
        else exists (select from public.tenant_group_entry e where e.group_id = tg.id and e.tenant_id = d.tenant_id and e.effect = 'include') end))
  order by d.id, tm.member_id, bit_count(own.mask & d.mask) desc, g.ends_at desc nulls first, g.team_id
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.hold_derivation()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' then
    perform pg_advisory_xact_lock(access.lock_key('derive', old.partner_id));
    return old;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('derive', new.partner_id));
  return new;
end
$function$;
