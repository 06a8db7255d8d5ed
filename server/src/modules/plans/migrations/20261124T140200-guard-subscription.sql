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

reset role;
