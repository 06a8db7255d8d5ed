set role liaison_owner;

create policy handing_in on earning to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
create policy own_rows on earning for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy provider_side on earning to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on earning to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy keeping on earning to liaison_owner using (true) with check (true);
grant select, insert (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, hold_kind, hold_reason, available_on) on earning to liaison_ingest;
grant select on earning to liaison_program, liaison_platform, liaison_job;
grant update (state, hold_kind, hold_reason, void_reason, first_approved_by, payout_item_id) on earning to liaison_platform;
grant insert (id, partner_id, program_id, referral_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on, reason) on earning to liaison_platform;
grant update (state, hold_kind, hold_reason, payout_item_id) on earning to liaison_job;

create policy handing_in on earning_skip to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
create policy own_rows on earning_skip for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy provider_side on earning_skip for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (billing_event_id, partner_id, referral_id, component, reason) on earning_skip to liaison_ingest;
grant select on earning_skip to liaison_program, liaison_platform;

create policy handing_in on earning_volume for select to liaison_ingest using ((select access.context_plane()) = 'ingest');
create policy keeping on earning_volume to liaison_owner using (true) with check (true);
grant select on earning_volume to liaison_ingest;

create policy provider_side on earning_policy to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert (version, approves_by_itself, two_people_above, reason, set_by_name) on earning_policy to liaison_platform;

grant usage on schema private to liaison_platform, liaison_ingest;
grant execute on function access.context(), access.context_plane() to liaison_owner;

create function private.earning_side() returns text
  language sql stable
  return case session_user when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' end;

-- What is taken back belongs to what was earned, and is never more; it waits as long as that does (D6).
create function private.check_clawback(c earning) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  original earning;
  taken bigint;
begin
  select * into original from earning e where e.id = c.reverses_id for no key update;
  if original.kind is distinct from 'commission' or (original.referral_id, original.agreement_id, original.component, original.currency) is distinct from (c.referral_id, c.agreement_id, c.component, c.currency) then
    raise exception 'what is taken back is a commission of the same referral' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
  if original.state = 'void' then
    raise exception 'a void earning is not taken back' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
  select coalesce(sum(e.amount_minor), 0) into taken from earning e where e.reverses_id = c.reverses_id;
  if original.amount_minor + taken + c.amount_minor < 0 then
    raise exception 'more is taken back than was earned' using errcode = 'check_violation', constraint = 'earning_taken_back';
  end if;
  if private.earning_side() is not null and c.state <> (case when original.state in ('pending', 'held') then 'pending' else 'approved' end) and c.state <> 'held' then
    raise exception 'what is taken back waits as long as what was earned' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
end
$$;

create function private.check_approval(e earning, side text) returns earning
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  policy earning_policy := access.earning_policy_now();
  person uuid := access.context_id('actor_id');
begin
  e.approved_at := statement_timestamp();
  if side = 'clock' then
    if e.kind = 'adjustment' or not policy.approves_by_itself or e.available_on > (statement_timestamp() at time zone 'UTC')::date or access.takes_two_people(e.currency, e.amount_minor) then
      raise exception 'the policy does not approve this by itself' using errcode = 'check_violation', constraint = 'earning_approval';
    end if;
    e.policy_version := policy.version;
    return e;
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  if (e.kind = 'adjustment' or access.takes_two_people(e.currency, e.amount_minor)) and (e.first_approved_by is null or e.first_approved_by = person) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$$;

-- An adjustment is written by a person of the provider who is no member of the partner, in the own name: that is the first of two approvals (D6).
create function private.check_adjustment(e earning, side text) returns earning
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  person uuid := access.context_id('actor_id');
begin
  if side is null then
    return e;
  end if;
  if side <> 'provider' or e.state <> 'pending' then
    raise exception 'only the provider adjusts, and an adjustment begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody adjusts what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  e.occurred_at := statement_timestamp();
  e.first_approved_by := person;
  e.first_approved_by_name := access.context() ->> 'actor_name';
  e.first_approved_at := statement_timestamp();
  return e;
end
$$;

-- The rules of an earning that no handler can step around (D6): what it says never changes, and it moves along the listed arrows by the side
-- that they name. Who approved and when is taken from the mandate, never from whoever writes.
create function private.enforce_earning() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.earning_side();
begin
  if tg_op = 'INSERT' then
    if new.kind = 'adjustment' then
      return private.check_adjustment(new, side);
    elsif side = 'provider' then
      raise exception 'what is earned on payments is calculated' using errcode = 'check_violation', constraint = 'earning_transition';
    elsif new.kind = 'clawback' then
      perform private.check_clawback(new);
      if new.state = 'approved' then
        new.approved_at := statement_timestamp();
      end if;
    elsif side is not null and new.state not in ('pending', 'held') then
      raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.referral_id, new.agreement_id, new.billing_event_id, new.kind, new.component, new.reverses_id, new.occurred_at, new.service_month, new.period_month, new.currency, new.base_minor, new.amount_minor, new.available_on, new.reason, new.created_at)
    is distinct from (old.id, old.partner_id, old.program_id, old.referral_id, old.agreement_id, old.billing_event_id, old.kind, old.component, old.reverses_id, old.occurred_at, old.service_month, old.period_month, old.currency, old.base_minor, old.amount_minor, old.available_on, old.reason, old.created_at)
    or new.calc <> old.calc then
    raise exception 'what an earning says never changes' using errcode = 'restrict_violation', constraint = 'earning_immutable';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state then
    if new.state = 'pending' and old.first_approved_by is null and new.first_approved_by is not null then
      if access.is_partner_member(new.partner_id, access.context_id('actor_id')) then
        raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
      end if;
      new.first_approved_by := access.context_id('actor_id');
      new.first_approved_by_name := access.context() ->> 'actor_name';
      new.first_approved_at := statement_timestamp();
      return new;
    end if;
    raise exception 'nothing of an earning changes but its state' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if not exists (select from state_transition t where t.entity = 'earning' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an earning from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  new.state_changed_at := statement_timestamp();
  if new.first_approved_by is distinct from old.first_approved_by then
    raise exception 'a first approval is a step of its own' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if old.state = 'pending' and new.state = 'approved' then
    return private.check_approval(new, side);
  end if;
  if new.state in ('held', 'pending') then
    new.first_approved_by := null;
    new.first_approved_by_name := null;
    new.first_approved_at := null;
    new.approved_by := null;
    new.approved_by_name := null;
    new.approved_at := null;
    new.policy_version := null;
  end if;
  return new;
end
$$;
create trigger enforce_earning before update on earning for each row execute function private.enforce_earning();
-- The commissions on payments that are handed in come by the thousand: note_new_earnings looks at them together.
create trigger enforce_new_earning before insert on earning for each row when (new.kind <> 'commission' or session_user <> 'liaison_ingest') execute function private.enforce_earning();

-- One audit event for each row that comes and each change of state, whoever made it, and the sums that brackets and caps go on from.
create function private.note_new_earnings() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if (session_user = 'liaison_ingest' and exists (select from added a where a.kind = 'commission' and a.state not in ('pending', 'held'))) then
    raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  insert into earning_volume as v (partner_id, program_id, component, currency, span, span_key, base_minor, amount_minor)
  select a.partner_id, a.program_id, a.component, a.currency, s.span, s.span_key, sum(a.base_minor), sum(a.amount_minor)
  from added a cross join lateral (values ('lifetime', ''), ('month', to_char(a.period_month, 'YYYY-MM')), ('referral', a.referral_id::text)) s (span, span_key)
  where a.kind = 'commission' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (partner_id, program_id, component, currency, span, span_key)
  do update set base_minor = v.base_minor + excluded.base_minor, amount_minor = v.amount_minor + excluded.amount_minor;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(array_agg(row('program.earning.' || case a.kind when 'commission' then 'created' when 'clawback' then 'clawed_back' else 'adjusted' end,
    a.partner_id, p.name, 'earning', a.id, a.component,
    case when a.hold_kind is null then jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'state', jsonb_build_object('after', a.state))
      else jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'state', jsonb_build_object('after', a.state), 'hold', a.hold_kind) end, a.reason)::audit.partner_event))
  from added a join partner p on p.id = a.partner_id;
  -- Asked once for each partner and topic, not for each row.
  insert into outbox (topic, payload)
  with h as materialized (
    select distinct partner_id, kind, 'earning.' || case kind when 'clawback' then 'clawed_back' else 'created' end as topic from added)
  select h.topic, jsonb_strip_nulls(jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state))
  from h join added a on a.partner_id = h.partner_id and a.kind = h.kind
  where access.is_heard(h.partner_id, h.topic);
  return null;
end
$$;
create trigger note_new_earnings after insert on earning referencing new table as added for each statement execute function private.note_new_earnings();

create function private.note_earnings() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if exists (
    select from after a join before b on b.id = a.id join earning c on c.reverses_id = a.id
    where a.state = 'void' and b.state <> 'void' and a.kind = 'commission' and c.state <> 'void') then
    raise exception 'what was taken back of it goes with it' using errcode = 'check_violation', constraint = 'earning_has_clawbacks';
  end if;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(array_agg(row('program.earning.' || case
      when a.state = b.state then 'approved_first'
      when a.state = 'approved' and b.state = 'pending' then 'approved'
      when a.state = 'approved' then 'returned'
      when a.state = 'held' then 'held'
      when a.state = 'pending' then 'released'
      when a.state = 'void' then 'voided'
      when a.state = 'in_payout' then 'claimed'
      else 'paid' end,
    a.partner_id, p.name, 'earning', a.id, a.component,
    jsonb_strip_nulls(jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'policy_version', a.policy_version,
      'state', case when a.state <> b.state then jsonb_build_object('before', b.state, 'after', a.state) end)),
    coalesce(a.void_reason, a.hold_reason))::audit.partner_event))
  from after a join before b on b.id = a.id join partner p on p.id = a.partner_id
  where a.state <> b.state or a.first_approved_by is distinct from b.first_approved_by;
  insert into outbox (topic, payload)
  with told as materialized (
    select a.*, 'earning.' || t.told as topic from after a join before b on b.id = a.id
    cross join lateral (select case when a.state = 'approved' and b.state = 'pending' then 'approved' when a.state = 'void' then 'voided' when a.state in ('held', 'paid') then a.state end as told) t
    where a.state <> b.state and t.told is not null),
  h as materialized (select distinct partner_id, topic from told)
  select a.topic, jsonb_strip_nulls(jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state))
  from h join told a on a.partner_id = h.partner_id and a.topic = h.topic
  where access.is_heard(h.partner_id, h.topic);
  return null;
end
$$;
create trigger note_earnings after update on earning referencing old table as before new table as after for each statement execute function private.note_earnings();

-- What others do with all earnings of one referral: a warning holds them, its decision releases or voids them. Each answers how many moved.
create function private.hold_earnings(referral uuid, reason text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  moved integer;
begin
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = hold_earnings.reason
  where e.referral_id = hold_earnings.referral and e.state in ('pending', 'approved');
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.hold_earnings(uuid, text) is 'Holds what a referral earned and nobody has been paid yet (D6).';

create function private.release_earnings(referral uuid) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  moved integer;
begin
  update earning e set state = 'pending', hold_kind = null, hold_reason = null
  where e.referral_id = release_earnings.referral and e.state = 'held' and e.hold_kind = 'risk';
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.release_earnings(uuid) is 'Lets wait again what hold_earnings held; holds of other kinds stay (D6).';

create function private.void_earnings(referral uuid, reason text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  chosen uuid[];
  moved integer;
begin
  select coalesce(array_agg(e.id), '{}') into chosen from earning e
  where e.referral_id = void_earnings.referral and e.kind = 'commission' and e.state in ('pending', 'held', 'approved')
    and not exists (select from earning c where c.reverses_id = e.id and c.state in ('in_payout', 'paid'));
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state = 'approved';
  update earning e set state = 'void', hold_kind = null, hold_reason = null, void_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state in ('pending', 'held');
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.void_earnings(uuid, text) is 'Voids what a referral earned and nobody has been paid or is being paid, with what was taken back of it (D6).';
grant execute on function private.hold_earnings(uuid, text), private.release_earnings(uuid), private.void_earnings(uuid, text) to liaison_authz, liaison_platform, liaison_ingest, liaison_job;

reset role;
