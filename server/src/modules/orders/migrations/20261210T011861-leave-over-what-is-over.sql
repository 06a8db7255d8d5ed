set role liaison_authz;

create or replace function access.guard_commercial_relationship() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  owned public.billing_account;
  payer public.billing_account;
begin
  -- An order that is being placed is waited for and keeps its payer; one that comes later sees the new one.
  perform pg_advisory_xact_lock(access.lock_key('billing', new.account_id));
  if session_user <> 'liaison_platform' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    select * into owned from public.billing_account a where a.tenant_id = new.tenant_id and a.id = new.account_id;
    select * into payer from public.billing_account a where a.tenant_id = new.payer_tenant_id and a.id = new.payer_account_id;
    if owned.currency is distinct from payer.currency then
      raise exception 'both accounts count in one currency' using errcode = 'check_violation', constraint = 'commercial_relationship_currency';
    end if;
    if owned.status <> 'active' or payer.status <> 'active' then
      raise exception 'a closed account takes no part' using errcode = 'check_violation', constraint = 'commercial_relationship_account';
    end if;
    if new.kind = 'resale' and not exists (
      select from public.partner p where p.id = new.seller_partner_id and p.status = 'active' and 'wholesaler' = any (p.kinds) and p.home_tenant_id = new.payer_tenant_id) then
      raise exception 'a wholesaler resells, and its own tenant pays' using errcode = 'check_violation', constraint = 'commercial_relationship_seller';
    end if;
    if new.status <> 'active' or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'a relationship begins active, and names who set it' using errcode = 'check_violation', constraint = 'commercial_relationship_transition';
    end if;
    return new;
  end if;
  if (new.id, new.kind, new.tenant_id, new.account_id, new.seller_partner_id, new.payer_tenant_id, new.payer_account_id, new.agreement_reference, new.starts_at, new.created_by, new.created_at)
    is distinct from (old.id, old.kind, old.tenant_id, old.account_id, old.seller_partner_id, old.payer_tenant_id, old.payer_account_id, old.agreement_reference, old.starts_at, old.created_by, old.created_at) then
    raise exception 'another payer is another relationship' using errcode = 'check_violation', constraint = 'commercial_relationship_identity';
  end if;
  -- Whose time is over has ended, whether or not that was noted: it is told so everywhere, and somebody else may pay since.
  if old.status = 'ended' or (old.ends_at <= statement_timestamp() and new.status <> 'ended') or (new.status <> old.status and not exists (
    select from public.state_transition t where t.entity = 'commercial_relationship' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = 'provider')) then
    raise exception 'a relationship moves only as listed' using errcode = 'check_violation', constraint = 'commercial_relationship_transition';
  end if;
  if new.status = 'ended' and new.starts_at < statement_timestamp() then
    new.ends_at := least(coalesce(old.ends_at, statement_timestamp()), statement_timestamp());
  elsif new.ends_at is distinct from old.ends_at and new.ends_at <= statement_timestamp() then
    raise exception 'the past is over' using errcode = 'check_violation', constraint = 'commercial_relationship_past';
  end if;
  return new;
end
$$;

reset role;
