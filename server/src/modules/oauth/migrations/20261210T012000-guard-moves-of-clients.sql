set role liaison_owner;

-- Moves of a client that no handler can step around: a side moves it in its own name, only the side that suspended it lets it work
-- again, what was revoked stays revoked, and a partner's client begins in the sandbox.
create function private.enforce_client_moves() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := private.side_of_login();
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
  if ((new.status, new.status_reason, new.status_changed_at, new.status_changed_by_side) is not distinct from (old.status, old.status_reason, old.status_changed_at, old.status_changed_by_side)) then
    return new;
  end if;
  if (new.status = old.status or old.status = 'revoked' or new.status_changed_by_side is distinct from side
    or (new.status = 'active' and old.status_changed_by_side is distinct from side)) then
    raise exception '% may not move a client from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'api_client_transition';
  end if;
  return new;
end
$$;
create trigger enforce_moves before insert or update of environment, status, status_reason, status_changed_at, status_changed_by_side on api_client
  for each row execute function private.enforce_client_moves();

reset role;
