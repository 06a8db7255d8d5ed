set role liaison_owner;

-- Each side suspends a client for itself. What the provider stops stands on top of what its owner stopped, and neither is lifted with the other:
-- a client that its owner had suspended could not be suspended by the provider, so that the owner let it work again whenever it liked.
alter table api_client
  add column own_suspended_at timestamptz,
  add column own_suspended_reason text,
  add constraint api_client_own_suspension check (own_suspended_at is null or (status = 'suspended' and status_changed_by_side = 'provider')) not valid;
alter table api_client validate constraint api_client_own_suspension;
comment on column api_client.own_suspended_at is 'Since when the owner, too, has it suspended, while the provider has.';

create or replace function private.enforce_client_moves() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  side text := private.side_of_login();
  owner_side text := case when new.partner_id is null then 'tenant' else 'partner' end;
  by_provider boolean;
begin
  if (side is null) then
    return new;
  end if;
  if (tg_op = 'INSERT') then
    if (side = 'partner' and new.environment <> 'sandbox') then
      raise exception 'a client of a partner begins in the sandbox' using errcode = 'check_violation', constraint = 'api_client_environment';
    end if;
    return new;
  end if;
  by_provider := old.status = 'suspended' and old.status_changed_by_side is not distinct from 'provider';
  if ((new.status, new.status_reason, new.status_changed_at, new.status_changed_by_side) is not distinct from (old.status, old.status_reason, old.status_changed_at, old.status_changed_by_side)) then
    return new;
  end if;
  if (old.status = 'revoked' or new.status_changed_by_side is distinct from side) then
    raise exception '% may not move a client from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'api_client_transition';
  end if;
  if (new.status = 'revoked') then
    new.own_suspended_at := null;
    new.own_suspended_reason := null;
    return new;
  end if;
  if (by_provider and side <> 'provider' and (new.status = 'active') = (old.own_suspended_at is not null)) then
    -- The owner sets its own suspension, or lifts it, beneath the one of the provider, which stays.
    new.own_suspended_at := case new.status when 'suspended' then new.status_changed_at end;
    new.own_suspended_reason := case new.status when 'suspended' then new.status_reason end;
    new.status := old.status;
    new.status_reason := old.status_reason;
    new.status_changed_at := old.status_changed_at;
    new.status_changed_by_side := old.status_changed_by_side;
    return new;
  end if;
  if (old.status = 'suspended' and not by_provider and side = 'provider' and new.status = 'suspended') then
    new.own_suspended_at := old.status_changed_at;
    new.own_suspended_reason := old.status_reason;
    return new;
  end if;
  if (new.status = old.status or (new.status = 'active' and old.status_changed_by_side is distinct from side)) then
    raise exception '% may not move a client from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'api_client_transition';
  end if;
  if (by_provider and old.own_suspended_at is not null) then
    new.status := 'suspended';
    new.status_reason := old.own_suspended_reason;
    new.status_changed_at := old.own_suspended_at;
    new.status_changed_by_side := owner_side;
    new.own_suspended_at := null;
    new.own_suspended_reason := null;
  end if;
  return new;
end
$$;

reset role;
