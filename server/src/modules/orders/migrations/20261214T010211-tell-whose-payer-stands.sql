set role liaison_owner;

-- As before; beside who pays, whether the wholesaler is that organisation still: where it is not, nobody pays.
create or replace view commercial_overview with (security_invoker = true) as
select r.id, r.kind, r.tenant_id, t.name as tenant_name, a.ban, a.currency, r.seller_partner_id, s.name as seller_name, r.payer_tenant_id, p.name as payer_name,
  b.ban as payer_ban, r.agreement_reference,
  case when r.status <> 'ended' and r.ends_at <= statement_timestamp() then 'ended' else r.status end as status,
  r.status as stored_status, r.account_id, r.starts_at, r.ends_at, r.version, r.created_at, r.updated_at,
  (r.kind = 'direct' or s.home_tenant_id is not distinct from r.payer_tenant_id) as payer_stands
from commercial_relationship r
join tenant t on t.id = r.tenant_id
join tenant p on p.id = r.payer_tenant_id
join billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
join billing_account b on b.tenant_id = r.payer_tenant_id and b.id = r.payer_account_id
left join partner s on s.id = r.seller_partner_id;

reset role;
