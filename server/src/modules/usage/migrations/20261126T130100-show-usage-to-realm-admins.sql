set role liaison_authz;

-- Whether this transaction may look at the usage of a user: the user itself, or whoever runs its realm.
create or replace function access.may_see_usage(of_user uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case access.context_plane()
    when 'realm' then session_user = 'liaison_realm' and (of_user = access.context_id('end_user_id')
      or (access.is_realm_admin() and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.realm_inside())))
    when 'program' then session_user = 'liaison_program' and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.own_partner())
    else false end
  $$;

-- What each layer says about a user, for those who run its realm.
create or replace function access.layers_of(of_user uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select access.limit_layers(of_user) where (access.context_plane() = 'program' or access.is_realm_admin()) and access.may_see_usage(of_user) $$;
grant execute on function access.layers_of(uuid) to liaison_realm;

-- Somebody who runs a realm lets one of its users go on: nothing that it did until now counts towards its limits, and what was in force ends.
-- Nobody lets itself go on. The caller writes the event. Answers how many consequences ended; null for a user of somebody else.
create or replace function access.reset_usage(of_user uuid, why text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  lifted integer;
begin
  if not (access.context_plane() = 'program' or (access.is_realm_admin() and of_user is distinct from access.context_id('end_user_id'))) or access.may_see_usage(of_user) is not true then
    return null;
  end if;
  lifted := access.lift_consequences(of_user, jsonb_build_object('side', 'partner', 'id', access.context_id('actor_id'),
    'name', coalesce((select p.name from public.person p where p.id = access.context_id('actor_id')), access.context() ->> 'actor_name'), 'reason', why));
  update public.usage_bucket b set counted = 0
  where b.end_user_id = of_user and b.counted > 0 and b.day > (statement_timestamp() at time zone 'UTC')::date - 7;
  update public.end_user u set status = 'active' where u.id = of_user and u.status = 'idle';
  return lifted;
end
$$;
grant execute on function access.reset_usage(uuid, text) to liaison_realm;

reset role;
set role liaison_owner;

create policy realm_admin on usage_bucket for select to liaison_realm using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));
create policy realm_admin on usage_consequence for select to liaison_realm using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));

reset role;
