set role liaison_owner;

-- A guest could have begun in SQL a check for any role, and chosen whether a person or a vendor decides it, which the program takes from the role and
-- from the partner's configuration.
create or replace function private.enforce_identity_check() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_check(tg_op = 'UPDATE' and (new.last_event_id is distinct from old.last_event_id or (new.state <> old.state and new.state in ('in_review', 'verified', 'resubmit', 'rejected'))));
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'end_user' or new.state <> 'draft' or new.end_user_id is distinct from access.context_id('end_user_id') or new.partner_id is distinct from access.context_id('partner_id') then
      raise exception 'people have themselves checked' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    if new.provider is distinct from access.identity_check_rules(new.partner_id) ->> 'provider' or new.target_role is distinct from (
      select case n.role when 'guest' then 'basic' when 'realm_admin' then null else n.role end
      from (select access.role_in_force(u.role, u.verified_until) as role from end_user u where u.id = new.end_user_id) n) then
      raise exception 'a check leads to the next role, and is decided by whom the partner chose' using errcode = 'check_violation', constraint = 'identity_check_begin';
    end if;
    return new;
  end if;
  perform private.check_kyc_facts(old, new, side);
  if side = 'vendor' then
    perform private.check_kyc_event(old, new);
  end if;
  new.version := old.version + 1;
  if new.state = old.state then
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'identity_check' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an identity check from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if side = 'partner' then
    perform private.check_kyc_decision(old, new);
  end if;
  if new.state = 'submitted' then
    if num_nulls(new.legal_name, new.birth_date, new.country, new.document_kind, new.document_number) > 0 then
      raise exception 'everything that is checked is stated' using errcode = 'check_violation', constraint = 'identity_check_incomplete';
    end if;
    new.attempt := case when old.state = 'resubmit' then old.attempt + 1 else old.attempt end;
    new.submitted_at := statement_timestamp();
    new.decided_at := null;
    new.reason_codes := '{}';
    new.message := null;
    new.taken_by := null;
    new.taken_by_name := null;
  elsif new.state = 'verified' then
    new.verified_at := statement_timestamp();
    new.expires_at := statement_timestamp() + make_interval(days => (access.identity_check_rules(new.partner_id) ->> 'valid_days')::integer);
    new.reason_codes := '{}';
  elsif new.state = 'expired' and old.expires_at > statement_timestamp() then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  elsif new.state = 'cancelled' and side = 'clock' and coalesce(old.decided_at, old.created_at) > statement_timestamp() - interval '30 days' then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if new.state in ('verified', 'resubmit', 'rejected') then
    new.decided_at := statement_timestamp();
  end if;
  if new.state in ('rejected', 'expired', 'revoked', 'cancelled') then
    new.ended_at := statement_timestamp();
  end if;
  return new;
end
$$;

reset role;
