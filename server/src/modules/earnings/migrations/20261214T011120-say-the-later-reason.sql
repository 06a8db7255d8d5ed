set role liaison_owner;

-- What went back before its payment was reported has the reason that the payment is unknown; once it comes, that reason gives way, once, to
-- the one that is true then: too late, not whole, nothing earned. Everything else of a skip stays append-only.
create function private.keep_skip() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  if old.reason <> 'ORIGINAL_UNKNOWN' or new.reason = old.reason
    or (new.billing_event_id, new.partner_id, new.referral_id, new.component, new.created_at) is distinct from (old.billing_event_id, old.partner_id, old.referral_id, old.component, old.created_at) then
    raise exception 'what was skipped is history' using errcode = 'check_violation', constraint = 'append_only';
  end if;
  return new;
end
$$;
revoke all on function private.keep_skip() from public;
drop trigger append_only on earning_skip;
create trigger append_only before delete on earning_skip for each row execute function private.refuse_change();
create trigger keep_skip before update on earning_skip for each row execute function private.keep_skip();
grant update (reason) on earning_skip to liaison_ingest;

reset role;
