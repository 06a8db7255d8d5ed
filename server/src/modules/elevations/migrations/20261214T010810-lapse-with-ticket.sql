set role liaison_owner;

-- As before; a finished ticket also closes what waits for an approval, and the ticket is held while somebody approves.
create or replace function private.enforce_elevation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  -- What an owner approved for the partner who is none any more another owner approves anew.
  takes_over boolean := false;
  ticket_status text;
begin
  if side is null and new.ended_by_side is distinct from 'ticket' then
    return new;
  end if;
  -- One after the other for one person in one link, so that no two can be open at once.
  perform pg_advisory_xact_lock(access.lock_key('elevation', md5(new.link_id::text || new.member_id::text)::uuid));
  if tg_op = 'INSERT' then
    if side <> 'partner' or new.status <> 'requested' or new.person_id is distinct from actor or new.member_id is distinct from access.context_id('member_id')
      or not exists (select from link_member m where m.link_id = new.link_id and m.member_id = new.member_id and m.person_id = new.person_id) then
      raise exception 'an elevation is asked for by the person who would have it' using errcode = 'check_violation', constraint = 'elevation_actor';
    end if;
    if not access.can_elevate(new.link_id, new.member_id) then
      raise exception 'the link cannot be used' using errcode = 'check_violation', constraint = 'elevation_link';
    end if;
    if (new.mask & ~ coalesce(private.ceiling_of(new.link_id), 0::bit(256))) <> 0::bit(256) then
      raise exception 'no elevation reaches outside the ceiling' using errcode = 'check_violation', constraint = 'elevation_ceiling';
    end if;
    if exists (select from link_elevation e where e.link_id = new.link_id and e.member_id = new.member_id and (access.is_waiting(e) or access.is_elevated(e))) then
      raise exception 'one elevation at a time' using errcode = 'check_violation', constraint = 'elevation_open';
    end if;
    return new;
  end if;
  if (new.link_id, new.tenant_id, new.partner_id, new.member_id, new.person_id, new.permissions, new.mask, new.reason, new.ticket_id, new.duration_minutes, new.requested_at)
    is distinct from (old.link_id, old.tenant_id, old.partner_id, old.member_id, old.person_id, old.permissions, old.mask, old.reason, old.ticket_id, old.duration_minutes, old.requested_at) then
    raise exception 'what was asked for never changes' using errcode = 'check_violation', constraint = 'elevation_identity';
  end if;
  if new.ended_by_side = 'ticket' then
    if (old.status, new.status) not in (('requested', 'lapsed'), ('approved', 'lapsed'), ('active', 'ended')) or not exists (select from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id and t.status in ('resolved', 'closed', 'withdrawn')) then
      raise exception 'only a finished ticket ends an elevation' using errcode = 'check_violation', constraint = 'elevation_transition';
    end if;
    return new;
  end if;
  takes_over := side = 'partner' and old.status = 'approved' and new.status in ('approved', 'active') and not access.is_in_charge('partner', new.partner_id, old.partner_decided_by);
  if not takes_over and not exists (select from state_transition t where t.entity = 'elevation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an elevation from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'elevation_transition';
  end if;
  if new.ended_at is not null and new.ended_by_side is distinct from side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'elevation_actor';
  end if;
  if side = 'clock' then
    if (new.status = 'lapsed' and access.is_waiting(old)) or (new.status = 'ended' and access.is_elevated(old)) then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'elevation_transition';
    end if;
    return new;
  end if;
  new.partner_decided_at := case when new.partner_decided_by is not distinct from old.partner_decided_by then old.partner_decided_at else statement_timestamp() end;
  new.tenant_decided_at := case when new.tenant_decided_by is not distinct from old.tenant_decided_by then old.tenant_decided_at else statement_timestamp() end;
  -- Who decided is told by the name that it has: another one decides anew, beside the name of whoever decided before.
  if new.partner_decided_by is distinct from old.partner_decided_by then
    new.partner_decided_by_name := access.context() ->> 'actor_name';
  end if;
  if new.tenant_decided_by is distinct from old.tenant_decided_by then
    new.tenant_decided_by_name := access.context() ->> 'actor_name';
  end if;
  if new.ended_at is not null then
    new.ended_at := statement_timestamp();
  end if;
  if new.status in ('approved', 'active') then
    if not access.is_waiting(old) then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'elevation_lapsed';
    end if;
    if (side = 'partner' and (new.partner_decided_by is distinct from actor or actor = new.person_id))
      or (side = 'tenant' and (new.tenant_decided_by is distinct from actor or actor = new.person_id or (new.status = 'active' and actor = old.partner_decided_by))) then
      raise exception 'somebody else approves, in the own name' using errcode = 'check_violation', constraint = 'elevation_two_people';
    end if;
    if side = 'partner' and (access.elevation_needs_tenant(new.link_id) <> (new.status = 'approved')) then
      raise exception 'the tenant decides as well where it wants to' using errcode = 'check_violation', constraint = 'elevation_two_sides';
    end if;
  end if;
  if new.status = 'approved' then
    new.answer_by := statement_timestamp() + interval '12 hours';
  end if;
  if new.status = 'active' then
    if not access.can_elevate(new.link_id, new.member_id) then
      raise exception 'the link cannot be used' using errcode = 'check_violation', constraint = 'elevation_link';
    end if;
    if new.ticket_id is not null then
      -- Held until this commits. Whoever finishes it holds it first and this elevation then, so nobody waits for it here.
      select t.status into ticket_status from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id for share skip locked;
      if ticket_status is null then
        raise exception 'the ticket changes at this moment' using errcode = 'check_violation', constraint = 'elevation_ticket_busy';
      end if;
      if ticket_status in ('resolved', 'closed', 'withdrawn') then
        raise exception 'the ticket is finished' using errcode = 'check_violation', constraint = 'elevation_ticket';
      end if;
    end if;
    new.started_at := statement_timestamp();
    select least(new.started_at + make_interval(mins => new.duration_minutes), d.ends_at, m.ends_at) into new.ends_at
    from delegation d join link_member m on m.link_id = d.id and m.member_id = new.member_id where d.id = new.link_id;
  end if;
  return new;
end
$$;

-- As before; what waits for an approval lapses with the ticket that it was asked for.
create or replace function private.end_with_ticket() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  over record;
begin
  for over in
    with unfinished as (
      select e.id, e.status from link_elevation e
      where e.tenant_id = new.tenant_id and e.ticket_id = new.id and e.status in ('requested', 'approved', 'active') for update)
    update link_elevation e set status = case u.status when 'active' then 'ended' else 'lapsed' end, ended_at = statement_timestamp(), ended_by_side = 'ticket'
    from unfinished u where e.id = u.id returning u.status as was, e.*
  loop
    insert into outbox (topic, payload) values ('elevation.' || over.status, jsonb_build_object('elevation_id', over.id, 'link_id', over.link_id, 'tenant_id', over.tenant_id, 'partner_id', over.partner_id));
    if access.context() is not null then
      perform audit.record(jsonb_build_object('action', case over.status when 'ended' then 'elevations.end' else 'elevations.lapse' end, 'tenant_id', over.tenant_id, 'partner_id', over.partner_id, 'delegation_id', over.link_id,
        'resource_type', 'elevation', 'resource_id', over.id, 'resource_label', over.person_name, 'changes', jsonb_build_object('status', jsonb_build_object('before', over.was, 'after', over.status), 'ticket', over.ticket_number)));
    end if;
  end loop;
  return null;
end
$$;

reset role;
