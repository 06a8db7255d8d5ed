set role liaison_authz;

-- What a delegation gives now, and to which client and accounts. Only its sides and the provider are told; names of accounts are their numbers.
create function access.granted_by(delegation_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('mask', access.mask_now(d)::text, 'accounts', access.bans_of(d.id),
    'client', (select jsonb_build_object('id', k.id, 'name', k.name) from public.consent c join public.api_client k on k.id = c.client_id where c.id = d.id))
  from public.delegation d
  where d.id = granted_by.delegation_id and access.is_party_to(d)
$$;
comment on function access.granted_by(uuid) is 'For the views of the TM Forum (TMF672).';
grant execute on function access.granted_by(uuid) to liaison_tenant, liaison_platform;

reset role;
set role liaison_owner;

-- A delegation that was granted, whatever became of it: of links, consents and resales, with status as time has made it.
create view granted_permission with (security_invoker = true) as
select d.id, d.kind, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name, l.access_role, d.approved_at, d.starts_at, d.ends_at, d.updated_at,
  case when d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired'
    when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end as status,
  case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'review_overdue' else d.status_reason end as status_reason,
  case when d.status in ('revoked', 'expired') then least(d.status_changed_at, d.ends_at) else d.ends_at end as over_at,
  access.granted_by(d.id) as granted
from delegation d
left join link l on l.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind in ('link', 'consent', 'resale') and d.approved_at is not null;
comment on view granted_permission is 'Reads under the rights and row policies of whoever asks. over_at is when it ended or will end.';
grant select on granted_permission to liaison_tenant, liaison_platform;

reset role;
