set role liaison_owner;

create table partner_team (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) <= 500),
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (partner_id, id)
);
comment on table partner_team is 'Members of a partner who are assigned to links together. The tenants see its name beside the people whom it brings.';
create unique index partner_team_one_name on partner_team (partner_id, lower(name));
call private.protect('partner_team');
create trigger set_updated_at before update on partner_team for each row execute function private.set_updated_at();
call private.audit_changes('partner_team', false);

create table team_member (
  team_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  added_by uuid not null,
  added_at timestamptz not null default now(),
  primary key (team_id, member_id),
  foreign key (partner_id, team_id) references partner_team (partner_id, id) on delete cascade,
  foreign key (partner_id, member_id) references partner_member (partner_id, id)
);
create index on team_member (partner_id, member_id);
call private.protect('team_member');
call private.audit_changes('team_member', false);

create table team_grant (
  id uuid primary key default uuidv7(),
  team_id uuid not null,
  partner_id uuid not null,
  link_id uuid references link (id),
  group_id uuid,
  role text check (role in ('msp_full', 'msp_billing', 'msp_support', 'enterprise_hq', 'auditor', 'reseller', 'delegate')),
  ends_at timestamptz,
  granted_by uuid not null,
  granted_at timestamptz not null default now(),
  foreign key (partner_id, team_id) references partner_team (partner_id, id) on delete cascade,
  foreign key (partner_id, group_id) references tenant_group (partner_id, id) on delete cascade,
  unique (team_id, link_id),
  unique (team_id, group_id),
  check (num_nonnulls(link_id, group_id) = 1)
);
comment on table team_grant is 'A link, or the links with every tenant of a group, that the people of a team are assigned to.';
comment on column team_grant.role is 'The role of the people in those links; null: the role of each link. What a person may do is what both the role and the link give.';
create index on team_grant (partner_id);
create index on team_grant (group_id);
create index on team_grant (link_id);
call private.protect('team_grant');
call private.audit_changes('team_grant', false);

create policy partner_side on partner_team to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
grant select, delete, insert (partner_id, name, description, created_by, created_by_name), update (name, description, version) on partner_team to liaison_program;
create policy partner_side on team_member to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()) and added_by = (select access.context_id('actor_id')));
grant select, insert (team_id, partner_id, member_id, added_by), delete on team_member to liaison_program;
create policy partner_side on team_grant to liaison_program using (partner_id = (select access.own_partner()))
  with check (partner_id = (select access.own_partner()) and granted_by = (select access.context_id('actor_id'))
    and (link_id is null or exists (select from link l where l.id = link_id and l.partner_id = team_grant.partner_id)));
grant select, insert (team_id, partner_id, link_id, group_id, role, ends_at, granted_by), delete on team_grant to liaison_program;

-- A team works by the rows that a direct assignment works by, so that every decision reads one relation.
alter table link_member add column via_team_id uuid;
comment on column link_member.via_team_id is 'The team that brought the person; null for a direct assignment, which wins. No foreign key: an ended link keeps what it was.';
create index link_member_by_team on link_member (partner_id, via_team_id) where via_team_id is not null;
create policy deriving on link_member to liaison_authz using (true) with check (true);
grant insert, update, delete on link_member to liaison_authz;
-- A direct assignment of somebody whom a team brings takes the team's place.
grant update (via_team_id) on link_member to liaison_program;

-- One derivation of a partner at a time, held before the lock of a pair that private.stop_writes takes: always in this order.
create function private.hold_derivation() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'DELETE' then
    perform pg_advisory_xact_lock(access.lock_key('derive', old.partner_id));
    return old;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('derive', new.partner_id));
  return new;
end
$$;
create trigger a_hold_derivation before update of status on delegation for each row when (new.kind = 'link' and new.status <> old.status) execute function private.hold_derivation();
create trigger a_hold_derivation before delete on link_member for each row when (old.via_team_id is null) execute function private.hold_derivation();

reset role;
set role liaison_authz;

-- Who is to be assigned to what by the teams of a partner as they are now. Where several teams bring a person into a link, the one that
-- gives most there counts, then the one that lasts longest.
create function access.wanted_assignments(of_partner uuid, of_links uuid[], of_members uuid[])
  returns table (link_id uuid, tenant_id uuid, member_id uuid, person_id uuid, role text, mask bit(256), ends_at timestamptz, team_id uuid, granted_by uuid)
  language sql stable
  set search_path = pg_catalog
  as $$
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
$$;

-- The people of each link by name, for the event that tells of a change.
create function access.people_by_link(links uuid[]) returns jsonb
  language sql stable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(l.id, (
    select coalesce(jsonb_agg(p.name order by p.name, p.id), '[]') from public.link_member m join public.person p on p.id = m.person_id where m.link_id = l.id)), '{}')
  from unnest(links) l(id)
$$;

-- Makes the assignments by teams what they are to be, within the transaction that changed a team, a group or a link, and tells each tenant
-- and the partner. A direct assignment that has not ended stays as it is. Links that have ended for good keep what they were.
create function access.derive_assignments(of_partner uuid, of_links uuid[], of_members uuid[]) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
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
$$;

create function access.derive_from_members() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(c.member_id)) from changed c group by c.partner_id;
  return null;
end
$$;

create function access.derive_from_grants() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(tm.member_id)) from changed c join public.team_member tm on tm.team_id = c.team_id group by c.partner_id;
  return null;
end
$$;

create function access.derive_from_groups() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform access.derive_assignments(c.partner_id, null, array_agg(tm.member_id))
  from (select distinct partner_id, group_id from changed) c
  join public.team_grant g on g.group_id = c.group_id
  join public.team_member tm on tm.team_id = g.team_id
  group by c.partner_id;
  return null;
end
$$;

create function access.derive_from_links() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  if exists (select from public.team_grant g where g.partner_id = new.partner_id) then
    perform access.derive_assignments(new.partner_id, array[new.id], null);
  end if;
  return null;
end
$$;

-- Whoever loses a direct assignment may still be brought by a team.
create function access.derive_after_direct() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform access.derive_assignments(c.partner_id, array_agg(c.link_id), array_agg(c.member_id)) from changed c where c.via_team_id is null group by c.partner_id;
  return null;
end
$$;

-- Bookkeeping of the clock: an assignment that ended gives way to a team that still brings the person. Access never waits for it to end.
create function access.derive_ended() returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
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
$$;
grant execute on function access.derive_ended() to liaison_job;
grant execute on function access.derive_from_members(), access.derive_from_grants(), access.derive_from_groups(), access.derive_from_links(), access.derive_after_direct() to liaison_owner;

-- By which team the people of a link came: both of its sides may know.
create function access.teams_of(delegation_id uuid) returns table (member_id uuid, team_id uuid, team_name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select m.member_id, t.id, t.name
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.partner_team t on t.id = m.via_team_id
  where d.id = teams_of.delegation_id and access.is_party_to(d)
$$;
grant execute on function access.teams_of(uuid) to liaison_platform, liaison_program, liaison_tenant;

reset role;
set role liaison_owner;

create trigger derive_added after insert on team_member referencing new table as changed for each statement execute function access.derive_from_members();
create trigger derive_removed after delete on team_member referencing old table as changed for each statement execute function access.derive_from_members();
create trigger derive_added after insert on team_grant referencing new table as changed for each statement execute function access.derive_from_grants();
create trigger derive_removed after delete on team_grant referencing old table as changed for each statement execute function access.derive_from_grants();
create trigger derive_added after insert on tenant_group_entry referencing new table as changed for each statement execute function access.derive_from_groups();
create trigger derive_removed after delete on tenant_group_entry referencing old table as changed for each statement execute function access.derive_from_groups();
create trigger derive_new after insert on delegation for each row when (new.kind = 'link' and new.status not in ('requested')) execute function access.derive_from_links();
create trigger derive_moved after update of status on delegation for each row when (new.kind = 'link' and new.status <> old.status) execute function access.derive_from_links();
create trigger derive_after_direct after delete on link_member referencing old table as changed for each statement execute function access.derive_after_direct();

reset role;
