set role liaison_owner;

create policy rejoining on partner_member for update to liaison_authz using (true) with check (true);
grant update (status, role) on partner_member to liaison_authz;
create policy rejoining on tenant_member for update to liaison_authz using (true) with check (true);
create policy rejoining on team_member for delete to liaison_authz using (true);
grant delete on team_member to liaison_authz;

reset role;
set role liaison_authz;

-- Takes a member who comes back out of everything that the person was assigned to before, and tells each tenant and the partner.
create function access.clear_assignments(of_member uuid) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
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
$$;

-- Makes somebody whose membership ended a member again, by an invitation that was sent after it ended: nobody comes back by an older one. In a
-- partner the person begins without any assignment. False when there is no such membership.
create function access.rejoin(kind text, organisation uuid, invited_role text, invitation bytea) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
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
$$;
grant execute on function access.rejoin(text, uuid, text, bytea) to liaison_auth;

reset role;
