set role liaison_authz;

-- As before; whoever the own partner froze is frozen here, too; and nothing more is done of what was ordered in a session that was ended from elsewhere: by its owner, with another password, with the factors. Freezes are told as the
-- server has come to read them: what somebody who is frozen had ordered was refused as broken.
create or replace function access.enter_operation(request jsonb) returns json
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  ordered public.bulk_operation;
  who record;
begin
  if session_user <> 'liaison_program' then
    raise exception 'this login works on no operation' using errcode = 'insufficient_privilege';
  end if;
  select * into ordered from public.bulk_operation o
  where o.id = (request ->> 'operation_id')::uuid and o.status = 'processing'
    and o.claim_hash = sha256(decode(request ->> 'claim', 'hex')) and o.claimed_until > statement_timestamp();
  if not found then
    return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor', null);
  end if;
  -- A session that is renewed under another token keeps when it began; whoever left it, or has it no more because there were too many, meant what was ordered.
  if not exists (select from public.session o where o.id = ordered.session_id) or exists (
      select from public.session o
      join public.session s on s.person_id = o.person_id and s.created_at = o.created_at
      where o.id = ordered.session_id and s.ended_at is not null and coalesce(s.end_reason, '') not in ('rotated', 'replaced', 'signed_out', 'too_many')) then
    raise exception 'the session in which this was ordered was ended' using errcode = 'check_violation', constraint = 'bulk_operation_session';
  end if;
  select h.id as person_id, h.name as person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', ordered.factor, 'factor_at', ordered.created_at, 'session_id', ordered.session_id) as actor,
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = ordered.partner_id) and f.tenant_id is null), '[]') as freezes,
    json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) as partner,
    json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) as partner_member,
    pm.id as member_id, pm.role, p.id as partner_id, p.name as partner_name
  into who
  from public.person h
  join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  join public.partner p on p.id = pm.partner_id
  where h.id = ordered.ordered_by;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'program', 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'role', who.role,
    'permission', request -> 'permission', 'operation_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes,
    'partner', who.partner, 'partner_member', who.partner_member);
end
$$;

reset role;
