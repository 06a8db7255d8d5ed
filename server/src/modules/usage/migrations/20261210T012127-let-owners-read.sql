set role liaison_owner;

-- Of the use, limits and what came of it, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on usage_bucket as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on usage_consequence as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on limit_override as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
set role liaison_authz;

-- What an owner alone reads, an owner alone lets go on and reviews.
create or replace function access.may_see_usage(of_user uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select case access.context_plane()
    when 'realm' then session_user = 'liaison_realm' and (of_user = access.context_id('end_user_id')
      or (access.is_realm_admin() and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.realm_inside())))
    when 'program' then session_user = 'liaison_program' and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.partner_of_owner())
    else false end
$$;

create or replace function access.review_usage(of_consequence uuid, note text) returns uuid
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
  update public.usage_consequence c
  set reviewed_at = statement_timestamp(), reviewed_by = access.context_id('actor_id'), review_note = note,
    reviewed_by_name = (select p.name from public.person p where p.id = access.context_id('actor_id'))
  where c.id = of_consequence and c.kind = 'review' and c.reviewed_at is null and session_user = 'liaison_program' and c.partner_id = access.partner_of_owner()
  returning c.end_user_id
$$;

reset role;
