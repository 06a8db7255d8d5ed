set role liaison_authz;

-- What decides about the person of this transaction in one tenant, for the answer to "who am I": gathered as at a request of that person, and nothing is entered.
create function access.own_facts(tenant uuid) returns json
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
$$;
grant execute on function access.own_facts(uuid) to liaison_auth;

reset role;
