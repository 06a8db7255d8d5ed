set role liaison_owner;

-- Who may place and release which kind: the provider policy, the partner its own two, our own work what payments and quotas ask for. It runs
-- with the rights of whoever writes, so that private.place_hold counts as our own work also inside somebody's request.
create function private.name_side_of_hold() returns trigger
  language plpgsql
  as $$
declare
  side text := case current_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' when 'liaison_owner' then 'clock' end;
  kind_side text := case new.kind when 'policy' then 'provider' when 'manual' then 'partner' when 'partner' then 'partner' else 'clock' end;
begin
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
create trigger a_name_side before insert or update on subscription_hold for each row execute function private.name_side_of_hold();

create function private.check_hold() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.end_user_id));
  if tg_op = 'INSERT' and new.subscription_id is not null and not exists (
    select from subscription s where s.id = new.subscription_id and access.subscription_state(s) <> 'unsigned') then
    raise exception 'the subscription is over' using errcode = 'check_violation', constraint = 'subscription_over';
  end if;
  return new;
end
$$;
create trigger check_hold before insert or update on subscription_hold for each row execute function private.check_hold();

-- Suspended or signed follows from the holds that are open, at every change of one.
create function private.derive_suspension() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update subscription s set status = case when cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then 'suspended' else 'signed' end
  where s.end_user_id = new.end_user_id and s.status in ('signed', 'suspended') and access.subscription_state(s) <> 'unsigned'
    and (s.status = 'suspended') <> (cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0);
  return null;
end
$$;
create trigger derive_suspension after insert or update on subscription_hold for each row execute function private.derive_suspension();

-- Places a hold of our own work (payment or quota) on an end user's account, or on one subscription of it; answers its id. One that is open
-- already is left as it is. It writes its own audit event.
create function private.place_hold(of_end_user uuid, of_subscription uuid, hold_kind text, hold_reason text) returns uuid
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_partner uuid := (select u.partner_id from end_user u where u.id = of_end_user);
  placed uuid;
begin
  insert into subscription_hold (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name)
  values (of_partner, of_end_user, of_subscription, hold_kind, hold_reason, 'Liaison')
  on conflict (end_user_id, subscription_id, kind) where released_at is null do nothing returning id into placed;
  if placed is null then
    return (select h.id from subscription_hold h where h.end_user_id = of_end_user and h.subscription_id is not distinct from of_subscription and h.kind = hold_kind and h.released_at is null);
  end if;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.hold', 'partner_id', of_partner, 'resource_type', 'subscription_hold', 'resource_id', placed, 'reason', hold_reason,
      'changes', jsonb_build_object('kind', jsonb_build_object('after', hold_kind))));
  end if;
  return placed;
end
$$;
comment on function private.place_hold(uuid, uuid, text, text) is 'For definer functions of other modules: no login may call it.';

-- Releases such a hold; tells whether there was one.
create function private.release_hold(of_end_user uuid, of_subscription uuid, hold_kind text, why text) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  released subscription_hold;
begin
  update subscription_hold h set released_at = statement_timestamp(), released_by_name = 'Liaison', release_reason = why
  where h.end_user_id = of_end_user and h.subscription_id is not distinct from of_subscription and h.kind = hold_kind and h.released_at is null
  returning * into released;
  if released.id is null then
    return false;
  end if;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.release', 'partner_id', released.partner_id, 'resource_type', 'subscription_hold', 'resource_id', released.id, 'reason', why,
      'changes', jsonb_build_object('kind', jsonb_build_object('before', hold_kind))));
  end if;
  return true;
end
$$;
grant execute on function private.place_hold(uuid, uuid, text, text), private.release_hold(uuid, uuid, text, text) to liaison_authz;
grant usage on schema private to liaison_authz;

-- Another role: what the end user has is looked at again in the same transaction. A guest and an admin of the realm have no plan; for others
-- the partner has said whether a plan that is no longer theirs ends now or with what is paid (C6, C7).
create function private.recheck_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  s subscription;
  of_plan uuid;
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.id));
  s := access.live_subscription(new.id);
  if s.id is null then
    return null;
  end if;
  of_plan := (access.term_now(s.id)).plan_id;
  update subscription_term t set withdrawn_at = statement_timestamp()
  where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp() and not access.is_eligible(new.id, t.plan_id);
  if access.is_eligible(new.id, of_plan) then
    update subscription x set cancel_cause = null where x.id = s.id and x.cancel_cause = 'role';
  elsif new.role in ('guest', 'realm_admin') or s.status = 'signing' or (access.configuration(new.partner_id) #>> '{policies,on_downgrade}') is distinct from 'period_end' then
    update subscription x set status = 'unsigned', end_reason = 'role' where x.id = s.id;
  else
    update subscription x set cancel_cause = 'role' where x.id = s.id and x.cancel_cause is null;
  end if;
  return null;
end
$$;
create trigger recheck_subscription after update of role on end_user for each row when (old.role is distinct from new.role) execute function private.recheck_subscription();

-- A plan that is discontinued: what is being signed for it is over; what runs goes as its partner chose.
create function private.wind_plan_down() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update subscription_term t set withdrawn_at = statement_timestamp() where t.plan_id = new.id and t.withdrawn_at is null and t.starts_at > statement_timestamp();
  update subscription s set status = 'unsigned', end_reason = 'discontinued'
  where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
    and access.subscription_state(s) <> 'unsigned' and (s.status = 'signing' or new.running = 'end_now');
  if new.running = 'end_at_period_end' then
    update subscription s set cancel_cause = 'discontinued'
    where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
      and access.subscription_state(s) in ('signed', 'suspended') and s.cancel_cause is null;
  end if;
  return null;
end
$$;
create trigger wind_plan_down after update of state on plan for each row when (new.state = 'discontinued' and old.state <> 'discontinued') execute function private.wind_plan_down();

create function private.hold_plan() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('plan', new.id));
  return new;
end
$$;
create trigger a_hold_plan before update of state on plan for each row when (new.state <> old.state) execute function private.hold_plan();

-- A role that somebody has the plan in cannot be taken from it: whoever pays keeps what was bought.
create function private.keep_used_role() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('plan', old.plan_id));
  if exists (select from plan p where p.id = old.plan_id and p.state = 'offered') and not exists (select from plan_role r where r.plan_id = old.plan_id and r.role <> old.role) then
    raise exception 'a plan on offer is for somebody' using errcode = 'check_violation', constraint = 'plan_incomplete';
  end if;
  if exists (select from subscription_term t join subscription s on s.id = t.subscription_id join end_user u on u.id = s.end_user_id
    where t.plan_id = old.plan_id and u.role = old.role and access.subscription_state(s) <> 'unsigned' and (access.term_now(s.id)).plan_id = old.plan_id) then
    raise exception 'somebody has the plan in this role' using errcode = 'check_violation', constraint = 'plan_role_used';
  end if;
  return old;
end
$$;
create trigger keep_used_role before delete on plan_role for each row execute function private.keep_used_role();

reset role;
