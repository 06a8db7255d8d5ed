set role liaison_owner;

create function private.subscription_side() returns text
  language sql stable
  return case session_user when 'liaison_realm' then 'end_user' when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' end;

-- Ends that follow from what is so, whoever's change brought them about; each is checked against it.
create function private.is_fact(reason text) returns boolean
  language sql immutable
  return coalesce(reason in ('timed_out', 'period_over', 'role', 'discontinued'), false);

-- Writes down, for one end user, what time has ended.
create function private.note_overdue(of_end_user uuid) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  noted integer;
begin
  update subscription s set status = 'unsigned', end_reason = case when s.cancel_at <= statement_timestamp() then 'period_over' else 'timed_out' end
  where s.end_user_id = of_end_user and s.status <> 'unsigned' and access.subscription_state(s) = 'unsigned';
  get diagnostics noted = row_count;
  return noted;
end
$$;

create function private.check_subscription_begin(s subscription) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if s.end_user_id is distinct from access.context_id('end_user_id') or s.status <> 'signing' then
    raise exception 'a subscription is begun by its end user' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if cardinality(access.blocking_holds(s.end_user_id, null)) > 0 then
    raise exception 'the account is held' using errcode = 'check_violation', constraint = 'subscription_held';
  end if;
  if not access.may_take(s.end_user_id, s.first_plan_id) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
end
$$;

-- Whether what a move gives as its reason is so.
create function private.check_subscription_end(old_row subscription, reason text, side text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_plan uuid := (access.term_now(old_row.id)).plan_id;
  is_so boolean;
begin
  is_so := case reason
    when 'timed_out' then old_row.status = 'signing' and old_row.signing_until <= statement_timestamp()
    when 'period_over' then old_row.cancel_at <= statement_timestamp()
    when 'role' then not access.is_eligible(old_row.end_user_id, of_plan)
    when 'discontinued' then exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and (p.running = 'end_now' or old_row.status = 'signing'))
    when 'cancelled' then side = 'end_user'
    when 'declined' then side = 'partner' and old_row.status = 'signing'
    when 'ended' then side = 'partner' and old_row.status <> 'signing'
    when 'failed' then side = 'clock' and old_row.status = 'signing'
    else false end;
  if not coalesce(is_so, false) then
    raise exception 'a subscription does not end for this reason now' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$$;

create function private.check_subscription_confirm(s subscription, side text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if side <> 'partner' and (access.configuration(s.partner_id) #>> '{policies,subscription_confirmation}') is distinct from 'automatic' then
    raise exception 'the partner confirms subscriptions itself' using errcode = 'check_violation', constraint = 'subscription_unconfirmed';
  end if;
  if cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then
    raise exception 'the account is held' using errcode = 'check_violation', constraint = 'subscription_held';
  end if;
  if not access.may_take(s.end_user_id, (access.term_now(s.id)).plan_id) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
end
$$;

create function private.check_subscription_cancel(old_row subscription, new_row subscription, side text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_plan uuid := (access.term_now(old_row.id)).plan_id;
  cause text := coalesce(new_row.cancel_cause, old_row.cancel_cause);
  may_say boolean;
begin
  if old_row.cancel_cause is not null and new_row.cancel_cause is not null then
    raise exception 'the subscription ends already' using errcode = 'check_violation', constraint = 'subscription_ending';
  end if;
  may_say := cause = side or case cause
    when 'role' then access.is_eligible(old_row.end_user_id, of_plan) = (new_row.cancel_cause is null)
    when 'discontinued' then new_row.cancel_cause is not null and exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep')
    else false end;
  if not coalesce(may_say, false) or old_row.status not in ('signed', 'suspended') then
    raise exception 'this end is somebody else''s' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$$;

-- The rules of a subscription that no handler can step around (C7): begun by its end user, for a plan of its role; moved along the listed
-- arrows by the side they name; suspended exactly while something holds it; over when its time is, whatever a job has noted.
create function private.enforce_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.subscription_side();
  mover text;
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.end_user_id));
  if tg_op = 'INSERT' then
    perform pg_advisory_xact_lock_shared(access.lock_key('plan', new.first_plan_id));
    perform private.note_overdue(new.end_user_id);
    if side is not null then
      perform private.check_subscription_begin(new);
    end if;
    return new;
  end if;
  if new.status = 'unsigned' and old.status <> 'unsigned' then
    new.ended_at := coalesce(case new.end_reason when 'timed_out' then old.signing_until when 'period_over' then old.cancel_at end, statement_timestamp());
  end if;
  if new.cancel_cause is distinct from old.cancel_cause then
    new.cancel_at := case when new.cancel_cause is not null then access.paid_until(old) end;
  end if;
  if new.status = 'signed' and old.status = 'signing' then
    new.signed_at := coalesce(new.signed_at, statement_timestamp());
  end if;
  if side is null then
    return new;
  end if;
  if (new.id, new.partner_id, new.end_user_id, new.first_plan_id, new.asked_at, new.signing_until) is distinct from (old.id, old.partner_id, old.end_user_id, old.first_plan_id, old.asked_at, old.signing_until) then
    raise exception 'a subscription keeps whose it is' using errcode = 'check_violation', constraint = 'subscription_identity';
  end if;
  if old.status = 'unsigned' or (access.subscription_state(old) = 'unsigned' and not (new.status = 'unsigned' and new.end_reason in ('timed_out', 'period_over'))) then
    raise exception 'the subscription is over' using errcode = 'check_violation', constraint = 'subscription_over';
  end if;
  if new.cancel_cause is distinct from old.cancel_cause then
    perform private.check_subscription_cancel(old, new, side);
  end if;
  if new.status = old.status then
    if (new.end_reason, new.end_note) is distinct from (old.end_reason, old.end_note) then
      raise exception 'a reason belongs to an end' using errcode = 'check_violation', constraint = 'subscription_transition';
    end if;
    return new;
  end if;
  if old.status in ('signed', 'suspended') and new.status in ('signed', 'suspended') then
    if (new.status = 'suspended') <> (cardinality(access.blocking_holds(new.end_user_id, new.id)) > 0) then
      raise exception 'a subscription is suspended while something holds it, and never else' using errcode = 'check_violation', constraint = 'subscription_derived';
    end if;
    return new;
  end if;
  mover := case when new.status = 'unsigned' and private.is_fact(new.end_reason) then 'clock' else side end;
  if not exists (select from state_transition t where t.entity = 'subscription' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = mover) then
    raise exception '% may not move a subscription from % to %', mover, old.status, new.status using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if new.status = 'signed' then
    perform private.check_subscription_confirm(old, side);
  elsif new.status = 'unsigned' then
    perform private.check_subscription_end(old, new.end_reason, side);
  end if;
  return new;
end
$$;
create trigger enforce_subscription before insert or update on subscription for each row execute function private.enforce_subscription();

-- History, news for webhooks, and the audit event of what no handler did.
create function private.note_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  context jsonb := access.context();
  is_new boolean := tg_op = 'INSERT';
  before text;
  did text;
  by_fact boolean := false;
begin
  if is_new then
    did := 'start';
  else
    before := old.status;
    if new.status <> old.status then
      did := case when new.status = 'suspended' then 'hold' when new.status = 'unsigned' then new.end_reason when old.status = 'suspended' then 'release' else 'confirm' end;
      by_fact := new.status = 'unsigned' and private.is_fact(new.end_reason);
    elsif new.cancel_cause is distinct from old.cancel_cause then
      did := case when new.cancel_cause is null then 'keep' else 'plan_end' end;
      by_fact := coalesce(new.cancel_cause, old.cancel_cause) in ('role', 'discontinued');
    else
      return null;
    end if;
  end if;
  insert into subscription_event (subscription_id, partner_id, end_user_id, occurred_at, action, from_state, to_state, actor_kind, actor_name, details)
  values (new.id, new.partner_id, new.end_user_id, case when is_new then new.asked_at else clock_timestamp() end, did, before, new.status, case when by_fact then 'clock' else coalesce(private.subscription_side(), 'clock') end,
    case when not by_fact then context ->> 'actor_name' end, jsonb_strip_nulls(jsonb_build_object('cancel_at', new.cancel_at, 'cause', new.cancel_cause, 'note', new.end_note)));
  if not is_new and new.status <> before then
    insert into outbox (topic, payload) values ('subscription.' || new.status, jsonb_build_object('subscription_id', new.id, 'partner_id', new.partner_id, 'end_user_id', new.end_user_id));
  end if;
  if by_fact and context is not null then
    perform audit.record(jsonb_build_object('action', case did when 'keep' then 'subscriptions.keep' when 'plan_end' then 'subscriptions.plan_end' else 'subscriptions.run_out' end, 'partner_id', new.partner_id,
      'resource_type', 'subscription', 'resource_id', new.id, 'reason', coalesce(new.end_reason, new.cancel_cause, old.cancel_cause),
      'changes', jsonb_build_object('state', jsonb_build_object('before', before, 'after', new.status))));
  end if;
  return null;
end
$$;
create trigger note_subscription after insert or update on subscription for each row execute function private.note_subscription();

create function private.begin_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into subscription_term (subscription_id, plan_id, starts_at) values (new.id, new.first_plan_id, new.asked_at);
  return null;
end
$$;
create trigger begin_terms after insert on subscription for each row execute function private.begin_terms();

create function private.check_term_change(s subscription, to_plan uuid, side text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', s.end_user_id));
  perform pg_advisory_xact_lock_shared(access.lock_key('plan', to_plan));
  if side <> 'end_user' or s.end_user_id is distinct from access.context_id('end_user_id') or access.subscription_state(s) is distinct from 'signed' then
    raise exception 'a plan is changed by its end user while it is signed' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if s.cancel_cause is not null then
    raise exception 'the subscription ends already' using errcode = 'check_violation', constraint = 'subscription_ending';
  end if;
  if not access.may_take(s.end_user_id, to_plan) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
  if to_plan = (access.term_now(s.id)).plan_id then
    raise exception 'this is the plan already' using errcode = 'check_violation', constraint = 'subscription_same_plan';
  end if;
end
$$;

-- Terms are copied from what is on offer, never taken from whoever writes. A change of plan begins now or with the next paid period (C7).
create function private.enforce_term() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.subscription_side();
  s subscription;
  offer record;
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - 'withdrawn_at') is distinct from (to_jsonb(old) - 'withdrawn_at') or (side is not null and (old.withdrawn_at is not null or old.starts_at <= statement_timestamp())) then
      raise exception 'terms that began never change' using errcode = 'check_violation', constraint = 'subscription_term_begun';
    end if;
    new.withdrawn_at := case when new.withdrawn_at is not null then statement_timestamp() end;
    return new;
  end if;
  select * into s from subscription x where x.id = new.subscription_id;
  new.partner_id := s.partner_id;
  new.end_user_id := s.end_user_id;
  select * into offer from access.plan_terms(new.plan_id, s.partner_id);
  new.plan_version_id := offer.plan_version_id;
  new.price_minor := offer.price_minor;
  new.currency := offer.currency;
  new.period := offer.period;
  new.limits := offer.limits;
  if side is null or not exists (select from subscription_term t where t.subscription_id = new.subscription_id) then
    return new;
  end if;
  perform private.check_term_change(s, new.plan_id, side);
  new.starts_at := case when new.starts_at <= statement_timestamp() then statement_timestamp() else access.paid_until(s) end;
  update subscription_term t set withdrawn_at = statement_timestamp() where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp();
  insert into subscription_event (subscription_id, partner_id, end_user_id, action, from_state, to_state, actor_kind, actor_name, details)
  values (s.id, s.partner_id, s.end_user_id, 'change_plan', s.status, s.status, 'end_user', access.context() ->> 'actor_name', jsonb_build_object('plan_id', new.plan_id, 'starts_at', new.starts_at));
  return new;
end
$$;
create trigger enforce_term before insert or update on subscription_term for each row execute function private.enforce_term();

create function private.fix_taken_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update plan_version v set used_at = statement_timestamp() where v.id = new.plan_version_id and v.used_at is null;
  return null;
end
$$;
create trigger fix_taken_terms after insert on subscription_term for each row execute function private.fix_taken_terms();

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

-- A subscription as each side may read it, everything as it is at this statement.
create view subscription_overview with (security_invoker = true) as
select s.id, s.partner_id, s.end_user_id, u.role as user_role, u.status as user_status, s.status, access.subscription_state(s) as state,
  s.asked_at, s.signing_until, s.signed_at, s.confirmed_by_name, s.cancel_cause, s.cancel_at, access.paid_until(s) as paid_until,
  case when access.subscription_state(s) = 'unsigned' then coalesce(s.ended_at, s.cancel_at, s.signing_until) end as ended_at,
  case when access.subscription_state(s) = 'unsigned' then coalesce(s.end_reason, case when s.cancel_at <= statement_timestamp() then 'period_over' else 'timed_out' end) end as end_reason,
  s.end_note, t.plan_id, p.name as plan_name, p.requires_flag, t.plan_version_id, t.price_minor, t.currency, t.period, t.limits,
  n.id as next_term_id, n.plan_id as next_plan_id, np.name as next_plan_name, n.price_minor as next_price_minor, n.currency as next_currency, n.period as next_period, n.starts_at as next_at,
  array(select distinct h.kind from subscription_hold h where h.end_user_id = s.end_user_id and h.released_at is null and h.blocks_entitlement and (h.subscription_id is null or h.subscription_id = s.id) order by h.kind) as holds
from subscription s
join lateral (select x.* from subscription_term x where x.subscription_id = s.id and x.withdrawn_at is null and x.starts_at <= statement_timestamp() order by x.starts_at desc, x.id desc limit 1) t on true
left join plan p on p.id = t.plan_id
left join lateral (select x.* from subscription_term x where x.subscription_id = s.id and x.withdrawn_at is null and x.starts_at > statement_timestamp() order by x.starts_at limit 1) n on access.subscription_state(s) <> 'unsigned'
left join plan np on np.id = n.plan_id
left join end_user u on u.id = s.end_user_id;
comment on view subscription_overview is 'Reads under the rights and row policies of whoever asks; state, end and plan are as time has made them.';
grant select on subscription_overview to liaison_realm, liaison_program, liaison_platform;

-- A plan with the terms on sale, for whoever may see it; at a partner with its own price and tighter limits for what the catalogue lends.
create view plan_overview with (security_invoker = true) as
select p.id, p.partner_id, p.code, p.name, p.description, p.requires_flag, p.state, p.running, p.version, p.current_number, p.created_at, p.discontinued_at,
  v.id as plan_version_id, v.price_minor as list_price_minor, coalesce(pp.price_minor, v.price_minor) as price_minor, v.currency, v.period,
  v.limits as list_limits, access.tighten_limits(v.limits, coalesce(pp.limits, '{}')) as limits, v.benefits, v.used_at is not null as is_fixed,
  array(select r.role from plan_role r where r.plan_id = p.id order by array_position(array['basic', 'advanced', 'company'], r.role)) as roles,
  pp.is_allowed, pp.is_offered, pp.price_minor as own_price_minor, pp.limits as own_limits, pp.version as own_version
from plan p
join plan_version v on v.plan_id = p.id and v.number = p.current_number
left join partner_plan pp on p.partner_id is null and pp.plan_id = p.id and pp.partner_id = (select access.context_id('partner_id'));
comment on view plan_overview is 'Reads under the rights and row policies of whoever asks.';
grant select on plan_overview to liaison_realm, liaison_program, liaison_platform;

reset role;
set role liaison_authz;

-- How many end users of the reader's side have each plan now.
create function access.count_plan_users(plans uuid[]) returns table (plan_id uuid, partner_id uuid, live integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select (access.term_now(s.id)).plan_id, s.partner_id, count(*)::integer
  from public.subscription s
  where s.id in (select t.subscription_id from public.subscription_term t where t.plan_id = any (plans)) and s.status <> 'unsigned' and access.subscription_state(s) <> 'unsigned'
    and (access.context_plane() = 'platform' or (access.context_plane() = 'program' and s.partner_id = access.own_partner()))
  group by 1, 2
  $$;
grant execute on function access.count_plan_users(uuid[]) to liaison_platform, liaison_program;

reset role;
