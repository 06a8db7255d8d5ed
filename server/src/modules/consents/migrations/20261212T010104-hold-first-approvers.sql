set role liaison_owner;

create or replace function private.enforce_consent_request()
  returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := case session_user when 'liaison_auth' then 'requester' else private.side_of_login() end;
  actor uuid := access.context_id('actor_id');
  -- Whoever comes after a first approver who decides no more is the first one of the same choice.
  takes_over boolean := false;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'requester' or actor is null or new.status <> 'open' then
      raise exception 'a request is opened by the person who is asked' using errcode = 'check_violation', constraint = 'consent_request_opening';
    end if;
    return new;
  end if;
  takes_over := side = 'tenant' and old.status = 'waiting' and new.status = 'waiting' and old.first_approved_by is distinct from actor
    and not access.is_in_charge('tenant', old.tenant_id, old.first_approved_by);
  if (new.uid_hash, new.client_id, new.partner_id, new.scopes, new.actions, new.customer_hint, new.access_duration_seconds, new.purpose, new.reference, new.grant_action, new.delegation_id, new.person_id)
    is distinct from (old.uid_hash, old.client_id, old.partner_id, old.scopes, old.actions, old.customer_hint, old.access_duration_seconds, old.purpose, old.reference, old.grant_action, old.delegation_id, old.person_id)
    or (old.tenant_id is not null and new.tenant_id is distinct from old.tenant_id)
    or (old.first_approved_by is not null and (new.choice, new.shown) is distinct from (old.choice, old.shown))
    or (old.first_approved_by is not null and new.first_approved_by is distinct from old.first_approved_by and not takes_over) then
    raise exception 'what was asked and what a first approver chose never changes' using errcode = 'check_violation', constraint = 'consent_request_identity';
  end if;
  if not takes_over and (new.status = old.status or not exists (
    select from state_transition t where t.entity = 'consent_request' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side)) then
    raise exception '% may not move a request from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'consent_request_transition';
  end if;
  if side = 'clock' then
    if old.ends_at > statement_timestamp() then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'consent_request_transition';
    end if;
    return new;
  end if;
  if old.status = 'open' and old.person_id is distinct from actor then
    raise exception 'a request is answered by the person whom it was opened for' using errcode = 'check_violation', constraint = 'consent_request_person';
  end if;
  if new.status in ('waiting', 'approved') and old.ends_at <= statement_timestamp() then
    raise exception 'the time for this answer is over' using errcode = 'check_violation', constraint = 'consent_request_over';
  end if;
  if (new.status = 'waiting' and new.first_approved_by is distinct from actor)
    or (new.status = 'approved' and (new.decided_by is distinct from actor or new.decided_by = old.first_approved_by
      or (old.first_approved_by is not null and not access.hold_in_charge('tenant', new.tenant_id, old.first_approved_by)))) then
    raise exception 'an approval names its person, and the second is another one' using errcode = 'check_violation', constraint = 'consent_request_two_people';
  end if;
  return new;
end
$$;

reset role;
