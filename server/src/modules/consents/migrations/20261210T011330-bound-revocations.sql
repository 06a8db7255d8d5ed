set role liaison_owner;

alter table consent add column max_revocation_seconds integer;
alter table consent add constraint consent_max_revocation check (max_revocation_seconds between 1 and 299) not valid;
comment on column consent.max_revocation_seconds is 'How many seconds after a revocation anything may still be opened by a token that was issued before. Null where it is as the way of checking has it, at most until the token ends; a number keeps such tokens from everything but the decision point.';
grant update (max_revocation_seconds) on consent to liaison_tenant;

-- Tokens that were issued before say another bound, or none: the decision point takes them no longer.
create function private.touch_revocation_bound() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update delegation set epoch = epoch + 1, version = version + 1 where id = new.id and approved_at < now();
  return null;
end
$$;
create trigger touch_delegation after update of max_revocation_seconds on consent for each row
  when (new.max_revocation_seconds is distinct from old.max_revocation_seconds) execute function private.touch_revocation_bound();

create or replace view consent_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name,
  case when d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.requested_by, d.requested_at,
  d.approved_at, d.approved_by, d.approved_by_name, d.version,
  c.client_id, c.scopes, c.actions, c.purpose, c.reference, c.approver_leaves, c.reconfirm_due_at, c.first_approved_by_name, c.first_approved_at,
  access.consent_card(d.id) as card,
  c.order_limits, case when c.actions && array['order.create', 'order.update'] then access.ordered_this_month(d.id) else '{}' end as ordered_this_month,
  c.max_revocation_seconds
from delegation d
join consent c on c.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'consent';

reset role;
set role liaison_authz;

-- As before, with how long a revocation may take.
create or replace function access.delegation_terms(client uuid, wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('id', d.id, 'kind', d.kind, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'epoch', d.epoch, 'ends_at', d.ends_at,
    'bans', coalesce((
      select jsonb_agg(b.ban order by a.position, b.ban) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '[]'),
    'scopes', coalesce(to_jsonb(c.scopes), to_jsonb(r.scopes)), 'actions', coalesce(to_jsonb(c.actions), to_jsonb(r.actions)),
    'approved_by', d.approved_by, 'agreement_reference', r.agreement_reference, 'max_revocation_seconds', c.max_revocation_seconds)
  from public.delegation d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  left join public.consent c on c.id = d.id and c.client_id = client
  left join public.resale r on r.id = d.id
  where d.id = wanted and (c.id is not null or r.id is not null)
$$;

reset role;
