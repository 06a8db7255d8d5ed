set role liaison_owner;

-- The provider sets who pays for which account, so it must be able to name one; what is in it stays the tenant's.
create policy provider_side on billing_account for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select (tenant_id, id, ban, name, currency, status) on billing_account to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('commercial_relationship', 'active', 'suspended', 'suspend', 'provider'),
  ('commercial_relationship', 'suspended', 'active', 'resume', 'provider'),
  ('commercial_relationship', 'active', 'ended', 'end', 'provider'),
  ('commercial_relationship', 'suspended', 'ended', 'end', 'provider');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- Who pays is set by the provider alone, among parties for whom it can be true, and its history is not rewritten.
create function access.guard_commercial_relationship() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
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
  if old.status = 'ended' or (new.status <> old.status and not exists (
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
grant execute on function access.guard_commercial_relationship() to liaison_owner;

reset role;
set role liaison_owner;

create trigger guarded before insert or update on commercial_relationship for each row execute function access.guard_commercial_relationship();

create view commercial_overview with (security_invoker = true) as
select r.id, r.kind, r.tenant_id, t.name as tenant_name, a.ban, a.currency, r.seller_partner_id, s.name as seller_name, r.payer_tenant_id, p.name as payer_name,
  b.ban as payer_ban, r.agreement_reference,
  case when r.status <> 'ended' and r.ends_at <= statement_timestamp() then 'ended' else r.status end as status,
  r.status as stored_status, r.account_id, r.starts_at, r.ends_at, r.version, r.created_at, r.updated_at
from commercial_relationship r
join tenant t on t.id = r.tenant_id
join tenant p on p.id = r.payer_tenant_id
join billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
join billing_account b on b.tenant_id = r.payer_tenant_id and b.id = r.payer_account_id
left join partner s on s.id = r.seller_partner_id;
comment on view commercial_overview is 'Who pays for what, with names, as time has made it.';
grant select on commercial_overview to liaison_platform;

reset role;
