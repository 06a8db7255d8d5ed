set role liaison_authz;

-- By hand as by a sign-up: a tenant that paid before is brought by nobody any more (program.md section 7).
create or replace function access.enforce_new_referral() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user = 'liaison_platform' then
    if new.method <> 'manual' or new.locked_at is not null or new.voided_at is not null or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'the provider refers by hand, in the own name' using errcode = 'check_violation', constraint = 'referral_maker';
    end if;
    if not exists (select from partner p where p.id = new.partner_id and p.status = 'active') then
      raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'referral_partner';
    end if;
    if access.live_referral(new.tenant_id) is null and exists (select from billing_event e where e.tenant_id = new.tenant_id and e.kind = 'invoice_paid' and e.occurred_at < new.referred_at) then
      raise exception 'only a tenant that never paid is referred' using errcode = 'check_violation', constraint = 'referral_new_tenant';
    end if;
  elsif session_user like 'liaison\_%' and session_user <> 'liaison_ingest' then
    raise exception 'this login refers nobody' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  return new;
end
$$;

reset role;
