set role liaison_authz;

-- Ends what is in force for a user. The caller writes the event.
create function access.lift_consequences(of_user uuid, who jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  lifted integer;
begin
  perform from public.end_user u where u.id = of_user for no key update;
  perform private.release_hold(of_user, null, 'quota', who ->> 'reason')
  from public.usage_consequence c
  where c.end_user_id = of_user and c.kind = 'suspend' and c.status = 'in_force' and c.hold_id is not null limit 1;
  update public.usage_consequence c
  set status = 'lifted', lifted_at = statement_timestamp(), lifted_by_side = who ->> 'side', lifted_by = (who ->> 'id')::uuid, lifted_by_name = who ->> 'name', lift_reason = who ->> 'reason'
  where c.end_user_id = of_user and c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp());
  get diagnostics lifted = row_count;
  return lifted;
end
$$;

-- Somebody of the partner lets a user go on: nothing that it did until now counts towards its limits, and what was in force ends. The caller
-- writes the event. Answers how many consequences ended; null for a user that is not the partner's.
create function access.reset_usage(of_user uuid, why text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  lifted integer;
begin
  if access.context_plane() is distinct from 'program' or access.may_see_usage(of_user) is not true then
    return null;
  end if;
  lifted := access.lift_consequences(of_user, jsonb_build_object('side', 'partner', 'id', access.context_id('actor_id'),
    'name', (select p.name from public.person p where p.id = access.context_id('actor_id')), 'reason', why));
  update public.usage_bucket b set counted = 0
  where b.end_user_id = of_user and b.counted > 0 and b.day > (statement_timestamp() at time zone 'UTC')::date - 7;
  update public.end_user u set status = 'active' where u.id = of_user and u.status = 'idle';
  return lifted;
end
$$;
grant execute on function access.reset_usage(uuid, text) to liaison_program;

-- Somebody of the partner has looked through a case; the caller writes the event. Answers whose case it was; null when it is not open.
create function access.review_usage(of_consequence uuid, note text) returns uuid
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  update public.usage_consequence c
  set reviewed_at = statement_timestamp(), reviewed_by = access.context_id('actor_id'), review_note = note,
    reviewed_by_name = (select p.name from public.person p where p.id = access.context_id('actor_id'))
  where c.id = of_consequence and c.kind = 'review' and c.reviewed_at is null and session_user = 'liaison_program' and c.partner_id = access.own_partner()
  returning c.end_user_id
  $$;
grant execute on function access.review_usage(uuid, text) to liaison_program;

-- With another role come other limits: what the old ones brought ends, and a guest who was idle is not any more (C5, C8). Covered by the event
-- of the change of role.
create function access.follow_role() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform access.lift_consequences(new.id, '{"side": "decider", "reason": "The role changed."}');
  if old.role = 'guest' then
    update public.end_user u set status = 'active' where u.id = new.id and u.status = 'idle';
  end if;
  return null;
end
$$;
grant execute on function access.follow_role() to liaison_owner;

-- Figures of the realms for the provider: how many users and operations, and what is in force; no user among them.
create function access.usage_figures(of_partner uuid default null) returns table (partner_id uuid, partner_name text, slug text, users bigint, operations_today bigint, operations_7d bigint, beyond_7d bigint, in_force jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select p.id, p.name, p.slug,
    (select count(*) from public.end_user u where u.partner_id = p.id),
    (select coalesce(sum(b.operations), 0) from public.usage_bucket b where b.partner_id = p.id and b.day = (statement_timestamp() at time zone 'UTC')::date),
    (select coalesce(sum(b.operations), 0) from public.usage_bucket b where b.partner_id = p.id and b.day > (statement_timestamp() at time zone 'UTC')::date - 7),
    (select coalesce(sum(b.beyond), 0) from public.usage_bucket b where b.partner_id = p.id and b.day > (statement_timestamp() at time zone 'UTC')::date - 7),
    (select coalesce(jsonb_object_agg(k.kind, k.users), '{}') from (
      select c.kind, count(distinct c.end_user_id) as users from public.usage_consequence c
      where c.partner_id = p.id and c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp()) group by c.kind) k)
  from public.partner p
  where session_user = 'liaison_platform' and access.context_plane() = 'platform' and 'white_label' = any (p.kinds) and (of_partner is null or p.id = of_partner)
  order by p.name, p.id
  $$;
grant execute on function access.usage_figures(uuid) to liaison_platform;

reset role;
set role liaison_owner;

create trigger follow_usage_role after update of role on end_user for each row when (new.role is distinct from old.role) execute function access.follow_role();

reset role;
