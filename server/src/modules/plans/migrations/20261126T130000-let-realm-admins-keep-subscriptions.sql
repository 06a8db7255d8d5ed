set role liaison_authz;

grant execute on function access.is_realm_admin() to liaison_owner;

-- The plans that the end user of this transaction may see: those for its role, and those it has or had; whoever manages the realm sees all
-- that its partner offers or offered.
create or replace function access.visible_plans() returns setof uuid
  language sql stable security definer rows 20
  set search_path = pg_catalog
  as $$
  select access.open_plans(u.partner_id, u.role)
  from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id')
  union
  select t.plan_id from public.subscription_term t
  where access.context_plane() = 'realm' and t.end_user_id = access.context_id('end_user_id') and t.partner_id = access.context_id('partner_id')
  union
  select p.id from public.plan p
  where access.is_realm_admin() and p.state <> 'draft'
    and (p.partner_id = access.realm_inside() or p.id in (select pp.plan_id from public.partner_plan pp where pp.partner_id = access.realm_inside()))
  $$;

reset role;
set role liaison_owner;

-- An admin of a realm works for its partner.
create or replace function private.subscription_side() returns text
  language sql stable
  return case session_user when 'liaison_realm' then case when access.is_realm_admin() then 'partner' else 'end_user' end
    when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' end;

create or replace function private.name_side_of_hold() returns trigger
  language plpgsql
  as $$
declare
  side text := case current_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' when 'liaison_owner' then 'clock' end;
  kind_side text := case new.kind when 'policy' then 'provider' when 'manual' then 'partner' when 'partner' then 'partner' else 'clock' end;
begin
  -- Asked in a statement of its own, since only this login may ask.
  if current_user = 'liaison_realm' then
    side := private.subscription_side();
  end if;
  if side is null then
    return new;
  end if;
  if side <> kind_side then
    raise exception '% neither places nor releases a hold of the kind %', side, new.kind using errcode = 'check_violation', constraint = 'subscription_hold_kind';
  end if;
  if tg_op = 'INSERT' then
    new.placed_by_side := side;
    return new;
  end if;
  if old.released_at is not null or new.released_at is null then
    raise exception 'a hold is released once' using errcode = 'check_violation', constraint = 'subscription_hold_released';
  end if;
  new.released_at := statement_timestamp();
  new.released_by_side := side;
  return new;
end
$$;
grant execute on function private.subscription_side() to liaison_realm;

-- End users read what holds them and change none of it; the admins of a realm see and keep those of all its users.
drop policy own on subscription_hold;
create policy own on subscription_hold for select to liaison_realm
  using ((select access.context_plane()) = 'realm' and partner_id = (select access.context_id('partner_id')) and end_user_id = (select access.context_id('end_user_id')));
create policy realm_admin on subscription to liaison_realm
  using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside())) with check ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));
create policy realm_admin on subscription_hold to liaison_realm
  using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside())) with check ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));
create policy realm_admin on subscription_term for select to liaison_realm using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));
create policy realm_admin on subscription_event for select to liaison_realm using ((select access.is_realm_admin()) and partner_id = (select access.realm_inside()));
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name), update (released_at, released_by_name, release_reason) on subscription_hold to liaison_realm;

reset role;
