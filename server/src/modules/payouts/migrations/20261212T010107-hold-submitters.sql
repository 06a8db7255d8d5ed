set role liaison_owner;

-- A payout that nobody answers for any more is not paid on the word of one person.
create function private.require_submitter() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not distinct from 'provider' and not access.hold_in_charge('provider', null, old.submitted_by) then
    raise exception 'whoever submitted the batch decides no more' using errcode = 'check_violation', constraint = 'payout_batch_submitter_gone';
  end if;
  return new;
end
$$;
create trigger require_first before update of state on payout_batch for each row when (old.state = 'submitted' and new.state = 'approved')
  execute function private.require_submitter();

reset role;
