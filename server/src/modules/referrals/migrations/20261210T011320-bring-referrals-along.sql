set role liaison_owner;

alter table referral add column import_reference text, add column first_paid_on date, add column paid_through date;
comment on column referral.import_reference is 'Where an imported referral is found in the program that it came from; null for all others (D12).';
comment on column referral.first_paid_on is 'When the tenant first paid, by the word of that program: months are counted from it. Null where the tenant had not paid yet.';
comment on column referral.paid_through is 'Through which day that program paid what was earned: nothing is earned here on payments up to it.';

-- A tenant that paid before its referral was imported is locked by what that program says, not by an event of ours.
alter table referral drop constraint referral_method_check, drop constraint referral_check3;
alter table referral
  add constraint referral_method check (method in ('code', 'link', 'deal_registration', 'partner_created', 'manual', 'imported')) not valid,
  add constraint referral_lock_reason check ((locked_by_event is null or locked_at is not null) and (locked_at is null or locked_by_event is not null or first_paid_on is not null)) not valid,
  add constraint referral_imported check (
    (method = 'imported') = (import_reference is not null) and (import_reference is null or char_length(import_reference) between 1 and 200)
    and (first_paid_on is null) = (paid_through is null) and (method = 'imported' or paid_through is null) and first_paid_on <= paid_through) not valid;

grant select (first_paid_on, paid_through) on referral to liaison_program;

-- What was paid elsewhere is never earned again, whoever adds to the ledger (D12).
create function private.refuse_paid_elsewhere() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if exists (
    select from referral r join program m on m.id = r.program_id
    where r.id = new.referral_id and r.paid_through is not null and (new.occurred_at at time zone m.timezone)::date <= r.paid_through) then
    raise exception 'it was paid by the program that the referral came from' using errcode = 'check_violation', constraint = 'earning_paid_elsewhere';
  end if;
  return new;
end
$$;
create trigger a_refuse_paid_elsewhere before insert on earning for each row when (new.kind = 'commission') execute function private.refuse_paid_elsewhere();

reset role;
