set role liaison_owner;

-- What a customer agreed to is bounded for good: no login lifts the bound of a consent that was allowed, or lets a revocation take longer.
create function private.refuse_looser_bound() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user like 'liaison\_%' and exists (select from delegation d where d.id = old.id and d.approved_at is not null) then
    raise exception 'a revocation may take no longer than was agreed' using errcode = 'check_violation', constraint = 'consent_revocation_bound';
  end if;
  return new;
end
$$;
create trigger refuse_looser_bound before update of max_revocation_seconds on consent for each row
  when (old.max_revocation_seconds is not null and (new.max_revocation_seconds is null or new.max_revocation_seconds > old.max_revocation_seconds))
  execute function private.refuse_looser_bound();

reset role;
