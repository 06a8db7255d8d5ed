set role liaison_owner;

-- An account begins and ends at the moment at which that is written, and its agreed end stays what the tenant said when it began: a login wrote any
-- day, and an account had ended before it was one.
create or replace function private.enforce_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side or new.status <> (case side when 'tenant' then 'active' else 'requested' end) or new.requested_by is distinct from access.context_id('actor_id') then
      raise exception 'an account begins as its side says' using errcode = 'check_violation', constraint = 'account_transition';
    end if;
    -- A partner asks only where it has a link, so that asking tells nothing of who is a customer.
    if side = 'partner' and not exists (
      select from delegation d where d.tenant_id = new.tenant_id and d.partner_id = new.partner_id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended')) then
      raise exception 'accounts are asked for where there is a link' using errcode = 'check_violation', constraint = 'account_without_link';
    end if;
    new.attached_at := case new.status when 'active' then statement_timestamp() end;
    return new;
  end if;
  if old.ended_at is not null or (new.tenant_id, new.partner_id, new.initiated_by, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.initiated_by, old.requested_by, old.requested_at)
    or (old.status = 'active' and (new.subscriber_id, new.attached_at, new.attached_by, new.ends_at) is distinct from (old.subscriber_id, old.attached_at, old.attached_by, old.ends_at)) then
    raise exception 'an account keeps what it is' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'account' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an account from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status = 'ended' and new.ended_by_side <> side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  new.attached_at := case when old.status <> 'active' and new.status = 'active' then statement_timestamp() else old.attached_at end;
  -- One whose time is over ended then, whoever writes it down.
  new.ended_at := case when new.status in ('requested', 'active') then null
    when old.status = 'active' and old.ends_at <= statement_timestamp() then old.ends_at else statement_timestamp() end;
  return new;
end
$$;

reset role;
