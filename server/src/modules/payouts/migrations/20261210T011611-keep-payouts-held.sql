set role liaison_authz;

create or replace function access.enforce_payout_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.created_by is distinct from access.context_id('actor_id') or new.partner_id is distinct from access.partner_as_owner() then
      raise exception 'an owner gives the account in the own name' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    new.created_at := statement_timestamp();
    new.usable_from := statement_timestamp() + interval '72 hours';
    -- The provider stopped payouts to the partner, not to the account: whoever replaces it goes on waiting.
    select x.held_at, x.held_by_name, x.hold_reason into new.held_at, new.held_by_name, new.hold_reason
    from public.payout_account x where x.partner_id = new.partner_id order by x.created_at desc, x.id desc limit 1;
    return new;
  end if;
  if (new.id, new.partner_id, new.method, new.holder_name, new.label, new.country, new.sealed_details, new.fingerprint, new.created_by, new.created_by_name, new.created_at, new.usable_from)
    is distinct from (old.id, old.partner_id, old.method, old.holder_name, old.label, old.country, old.sealed_details, old.fingerprint, old.created_by, old.created_by_name, old.created_at, old.usable_from) then
    raise exception 'an account never changes' using errcode = 'check_violation', constraint = 'payout_account_identity';
  end if;
  if old.ended_at is not null then
    raise exception 'the account was replaced' using errcode = 'check_violation', constraint = 'payout_account_ended';
  end if;
  if side = 'partner' then
    if (new.verified_at, new.verified_by, new.verified_by_name, new.held_at, new.held_by_name, new.hold_reason) is distinct from (old.verified_at, old.verified_by, old.verified_by_name, old.held_at, old.held_by_name, old.hold_reason) then
      raise exception 'the provider verifies and holds accounts' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.ended_at is not null then
      new.ended_at := statement_timestamp();
    end if;
  elsif side = 'provider' then
    if new.ended_at is not null then
      raise exception 'only an owner replaces the account' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.verified_at is distinct from old.verified_at and (old.verified_at is not null or new.verified_by is distinct from access.context_id('actor_id')
      or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
      raise exception 'an account is verified once, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
  end if;
  new.version := old.version + 1;
  return new;
end
$$;

reset role;
