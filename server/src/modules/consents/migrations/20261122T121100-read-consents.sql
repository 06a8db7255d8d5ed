set role liaison_authz;

-- Who asks, as the person who decides is shown it: of the other side's own records no more than this.
create function access.consent_parties(request_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris)),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.website, 'since', p.created_at))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id = access.context_id('tenant_id')
    else false end
$$;

-- Who pays now for each billing account of the organisation that this transaction acts for.
create function access.payers_of_accounts() returns table (account_id uuid, payer jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select a.id, access.billing_of(a.tenant_id, a.id)
  from public.billing_account a
  where a.tenant_id = access.context_id('tenant_id') and access.context_plane() = 'tenant'
$$;

-- The last call that was made under a delegation, within 90 days.
create function access.delegation_last_used(d public.delegation) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.occurred_at
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days' and s.occurred_at >= d.approved_at
    and e.delegation_id = d.id and e.plane = 'delegation' and e.outcome = 'allowed'
  order by s.occurred_at desc
  limit 1
$$;

-- Whether the person who approved a consent still belongs to the organisation, and what follows when not. Computed at each question, so that it
-- holds although no job has noted it.
create function access.approver_standing(consent_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('is_here', here.is_here, 'policy', c.approver_leaves, 'due_at', here.due_at,
    'may_refresh', here.is_here or c.approver_leaves = 'keep' or (c.approver_leaves = 'ask' and here.due_at > statement_timestamp()))
  from public.consent c
  join public.delegation d on d.id = c.id
  left join public.tenant_member m on m.tenant_id = d.tenant_id and m.person_id = d.approved_by
  left join public.person p on p.id = d.approved_by
  cross join lateral (
    select coalesce(m.status = 'active' and p.status = 'active', false) as is_here,
      coalesce(c.reconfirm_due_at, case when m.status <> 'active' then m.updated_at when p.status <> 'active' then p.updated_at else statement_timestamp() end + interval '14 days') as due_at
  ) here
  where c.id = consent_id and d.approved_by is not null
$$;

-- What the rows of a consent do not say themselves, for each of its sides: the client's name, the accounts, the last use. The partner learns
-- account numbers, which its tokens name; names and who pays are the organisation's matter.
create function access.consent_card(consent_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'environment', k.environment, 'status', k.status),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'ban', a.ban, 'status', a.status,
        'name', case when access.context_plane() <> 'program' then a.name end,
        'payer', case when access.context_plane() <> 'program' then access.billing_of(a.tenant_id, a.id) end) order by da.position, a.ban)
      from public.delegation_account da
      join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id
      where da.delegation_id = d.id), '[]'),
    'last_used_at', access.delegation_last_used(d),
    'approver_is_here', case when access.context_plane() <> 'program' then access.approver_standing(d.id) -> 'is_here' end)
  from public.delegation d
  join public.consent c on c.id = d.id
  join public.api_client k on k.id = c.client_id
  where d.id = consent_id and access.is_party_to(d)
$$;

-- What became of an authorization request, for the person who was asked, and what may be issued on it.
create function access.consent_outcome(wanted_uid_hash bytea) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'state', case
      when r.status in ('open', 'waiting') and r.ends_at <= statement_timestamp() then 'ended'
      when r.status = 'approved' and not is_live then 'ended'
      else r.status end,
    'delegation', case when r.status = 'approved' and is_live then jsonb_build_object('id', d.id, 'tenant_id', d.tenant_id, 'scopes', to_jsonb(c.scopes), 'actions', to_jsonb(c.actions), 'ends_at', d.ends_at,
      'bans', (select jsonb_agg(a.ban order by da.position, a.ban) from public.delegation_account da join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id where da.delegation_id = d.id)) end)
  from public.consent_request r
  left join public.delegation d on d.id = r.result_id
  left join public.consent c on c.id = r.result_id
  cross join lateral (select coalesce(d.status = 'active' and d.ends_at > statement_timestamp(), false) as is_live) live
  where r.uid_hash = wanted_uid_hash and r.person_id = access.context_id('actor_id') and access.context_plane() = 'auth'
$$;

-- Whether a client holds this consent now: what it may name when it asks for more, or for another one instead.
create function access.holds_consent(client uuid, consent_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.consent c join public.delegation d on d.id = c.id
    where c.id = consent_id and c.client_id = client and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp())
$$;

grant execute on function access.consent_parties(uuid) to liaison_auth, liaison_tenant;
grant execute on function access.payers_of_accounts() to liaison_tenant;
grant execute on function access.consent_card(uuid) to liaison_tenant, liaison_program, liaison_platform, liaison_job;
grant execute on function access.consent_outcome(bytea), access.holds_consent(uuid, uuid) to liaison_auth;
grant execute on function access.approver_standing(uuid) to liaison_auth, liaison_job;

reset role;
set role liaison_owner;

-- A consent as its sides may read it. status is as time has made it, whether or not a job has noted it.
create view consent_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name,
  case when d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.requested_by, d.requested_at,
  d.approved_at, d.approved_by, d.approved_by_name, d.version,
  c.client_id, c.scopes, c.actions, c.purpose, c.reference, c.approver_leaves, c.reconfirm_due_at, c.first_approved_by_name, c.first_approved_at,
  access.consent_card(d.id) as card
from delegation d
join consent c on c.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'consent';
comment on view consent_overview is 'Reads under the rights and row policies of whoever asks.';
grant select on consent_overview to liaison_program, liaison_tenant, liaison_platform, liaison_job;

reset role;
