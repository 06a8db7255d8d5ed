set role liaison_owner;

create table access_past (
  relation text not null,
  row_key text not null,
  tenant_id uuid,
  partner_id uuid,
  held_until timestamptz not null default clock_timestamp(),
  was jsonb not null,
  primary key (relation, row_key, held_until)
);
comment on table access_past is 'What each record that decides about access said before it was changed or removed: so that an answer of the past can be told as it was (B12). Append-only; what is so now stands in the records themselves.';
create index on access_past (tenant_id, partner_id, held_until);
create index on access_past (partner_id, held_until);
call private.protect('access_past');
create policy keeping on access_past for insert to liaison_owner with check (true);
create trigger append_only before update or delete on access_past for each row execute function private.refuse_change();

create function private.keep_past() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  was jsonb := to_jsonb(old) - array['notes_partner', 'notes_tenant', 'metadata', 'approval_snapshot', 'first_accepted', 'request_message', 'email', 'address', 'updated_at', 'version'];
  key text;
begin
  if tg_op = 'UPDATE' and was = to_jsonb(new) - array['notes_partner', 'notes_tenant', 'metadata', 'approval_snapshot', 'first_accepted', 'request_message', 'email', 'address', 'updated_at', 'version'] then
    return null;
  end if;
  select string_agg(was ->> column_name, ':' order by ordinality) into key from unnest(tg_argv::text[]) with ordinality as c(column_name, ordinality);
  insert into access_past (relation, row_key, tenant_id, partner_id, was)
  values (tg_table_name, key,
    (was ->> case tg_table_name when 'tenant' then 'id' else 'tenant_id' end)::uuid,
    (was ->> case tg_table_name when 'partner' then 'id' else 'partner_id' end)::uuid, was);
  return null;
end
$$;
comment on function private.keep_past() is 'Takes the columns of the key. Whatever only one side may read, and what decides nothing, is left out.';

create trigger keep_past after update or delete on delegation for each row when (old.kind = 'link') execute function private.keep_past('id');
create trigger keep_past after update of access_role, role_version, relationship_type or delete on link for each row execute function private.keep_past('id');
create trigger keep_past after update or delete on link_override for each row execute function private.keep_past('id');
create trigger keep_past after update or delete on link_member for each row execute function private.keep_past('link_id', 'member_id');
create trigger keep_past after update or delete on access_freeze for each row execute function private.keep_past('id');
create trigger keep_past after update of conditions on tenant_partner_policy for each row execute function private.keep_past('tenant_id');
create trigger keep_past after update of status on partner for each row execute function private.keep_past('id');
create trigger keep_past after update of status on tenant for each row execute function private.keep_past('id');
create trigger keep_past after update of status, role on partner_member for each row execute function private.keep_past('id');

reset role;
set role liaison_authz;

-- The records of one relation as they were at an instant: the first image that held until after it, else the record as it is, if it existed.
create function access.images_at(of_relation text, of_tenant uuid, of_partner uuid, at timestamptz, born text, current jsonb) returns setof jsonb
  language sql stable
  as $$
  select image from (
    select distinct on (candidate.row_key) candidate.image
    from (
      select p.row_key, p.was as image, p.held_until
      from public.access_past p
      where p.relation = of_relation and p.tenant_id is not distinct from of_tenant and p.partner_id is not distinct from of_partner and p.held_until > at
      union all
      select coalesce(now_is.value ->> 'id', now_is.value ->> 'link_id' || ':' || (now_is.value ->> 'member_id'), now_is.value ->> 'tenant_id'), now_is.value, 'infinity'
      from jsonb_array_elements(current) now_is
    ) candidate
    order by candidate.row_key, candidate.held_until
  ) held
  where born is null or (image ->> born)::timestamptz <= at
  $$;

-- The facts of a decision as they were at an instant, from the records and what they said before. What a person signed in with, and from
-- where, is not kept. For the provider's support alone.
create function access.facts_at(person uuid, tenant uuid, partner uuid, at timestamptz) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  about public.person;
  p jsonb;
  t jsonb;
  m jsonb;
  d jsonb;
  l jsonb;
  place jsonb;
begin
  if access.context_plane() is distinct from 'platform' then
    return null;
  end if;
  select * into about from public.person h where h.id = person;
  select image into p from access.images_at('partner', null, partner, at, 'created_at', (select jsonb_agg(to_jsonb(x)) from public.partner x where x.id = partner)) image;
  select image into t from access.images_at('tenant', tenant, null, at, 'created_at', (select jsonb_agg(to_jsonb(x)) from public.tenant x where x.id = tenant)) image;
  select image into m from access.images_at('partner_member', null, partner, at, 'created_at',
    (select jsonb_agg(to_jsonb(x)) from public.partner_member x where x.partner_id = partner and x.person_id = person)) image where image ->> 'person_id' = person::text;
  select image into d from access.images_at('delegation', tenant, partner, at, 'created_at',
    coalesce((select jsonb_agg(to_jsonb(x)) from public.delegation x where x.partner_id = partner and x.tenant_id = tenant and x.kind = 'link'), '[]')) image
  order by access.decides_before(image ->> 'status'), (image ->> 'status_changed_at')::timestamptz desc limit 1;
  select image into l from access.images_at('link', tenant, partner, at, null,
    coalesce((select jsonb_agg(to_jsonb(x)) from public.link x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image where image ->> 'id' = d ->> 'id';
  select image into place from access.images_at('link_member', tenant, partner, at, 'assigned_at',
    coalesce((select jsonb_agg(to_jsonb(x)) from public.link_member x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image
  where image ->> 'link_id' = d ->> 'id' and image ->> 'person_id' = person::text;
  return jsonb_build_object('now', at, 'plane', 'delegation',
    'actor', jsonb_build_object('person_id', about.id, 'name', about.name, 'status', about.status, 'factor', access.best_factor(person), 'factor_at', null, 'session_id', null),
    'partner', case when p is not null then jsonb_build_object('id', p -> 'id', 'name', p -> 'name', 'status', p -> 'status') end,
    'partner_member', case when m is not null then jsonb_build_object('id', m -> 'id', 'role', m -> 'role', 'status', m -> 'status') end,
    'tenant', case when d is not null and t is not null then jsonb_build_object('id', t -> 'id', 'name', t -> 'name', 'status', t -> 'status') end,
    'link', case when d is not null and l is not null and t is not null then jsonb_build_object(
      'id', d -> 'id', 'tenant_id', tenant, 'tenant_name', t -> 'name', 'tenant_status', t -> 'status',
      'status', case when d ->> 'status' = 'active' and (d ->> 'review_stops_at')::timestamptz <= at then 'suspended' else d ->> 'status' end,
      'status_reason', d -> 'status_reason', 'role', l -> 'access_role', 'role_version', l -> 'role_version', 'relationship_type', l -> 'relationship_type',
      'starts_at', d -> 'starts_at', 'ends_at', d -> 'ends_at', 'epoch', d -> 'epoch', 'billing_party', d -> 'billing_party',
      'status_changed_by_side', d -> 'status_changed_by_side', 'status_changed_at', d -> 'status_changed_at', 'own_accounts_only', coalesce(d -> 'own_accounts_only', 'false'), 'conditions', d -> 'conditions',
      'tenant_conditions', coalesce((select image -> 'conditions' from access.images_at('tenant_partner_policy', tenant, null, at, null,
        coalesce((select jsonb_agg(to_jsonb(x)) from public.tenant_partner_policy x where x.tenant_id = tenant), '[]')) image), '{}'),
      'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', image -> 'id', 'pattern', image -> 'pattern', 'effect', image -> 'effect', 'expires_at', image -> 'expires_at'))
        from access.images_at('link_override', tenant, partner, at, 'created_at',
          coalesce((select jsonb_agg(to_jsonb(x)) from public.link_override x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image where image ->> 'link_id' = d ->> 'id'), '[]'),
      'assignment', case when place is not null then jsonb_build_object('role', place -> 'role', 'ends_at', place -> 'ends_at') end,
      'elevations', case when (place ->> 'elevated_until')::timestamptz > at then jsonb_build_array(jsonb_build_object('id', place -> 'elevation_id', 'mask', place -> 'elevated_mask',
        'starts_at', place -> 'elevated_from', 'ends_at', place -> 'elevated_until')) else '[]' end,
      'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
        where f.created_at <= at and (f.lifted_at is null or f.lifted_at > at)
          and (f.person_id is null or f.person_id = person) and (f.partner_id is null or f.partner_id = partner)
          and (f.tenant_id is null or f.tenant_id = tenant) and (f.delegation_id is null or f.delegation_id = (d ->> 'id')::uuid)), '[]')) end);
end
$$;

-- The instants at which the answer about one person in one tenant may have changed, newest first, each with what happened.
create function access.changes_of(person uuid, tenant uuid, partner uuid, since timestamptz) returns table (at timestamptz, what text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select distinct on (happened.at) happened.at, happened.what
  from (
    select p.held_until, p.relation from public.access_past p
    where (p.tenant_id = tenant or p.tenant_id is null) and (p.partner_id = partner or p.partner_id is null) and (p.tenant_id is not null or p.partner_id is not null)
      and (p.relation not in ('link_member', 'partner_member') or p.was ->> 'person_id' = person::text)
    union all select d.created_at, 'delegation' from public.delegation d where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link'
    union all select b.at, 'time' from public.delegation d cross join lateral (values (d.starts_at), (d.ends_at)) b(at) where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link'
    union all select o.created_at, 'link_override' from public.link_override o where o.tenant_id = tenant and o.partner_id = partner
    union all select o.expires_at, 'time' from public.link_override o where o.tenant_id = tenant and o.partner_id = partner
    union all select m.assigned_at, 'link_member' from public.link_member m where m.tenant_id = tenant and m.partner_id = partner and m.person_id = person
    union all select b.at, 'time' from public.link_member m cross join lateral (values (m.ends_at), (m.elevated_until)) b(at) where m.tenant_id = tenant and m.partner_id = partner and m.person_id = person
    union all select (p.was ->> 'elevated_until')::timestamptz, 'time' from public.access_past p where p.relation = 'link_member' and p.tenant_id = tenant and p.partner_id = partner and p.was ->> 'person_id' = person::text
      and (p.was ->> 'elevated_until')::timestamptz <= p.held_until
    union all select b.at, 'access_freeze' from public.access_freeze f cross join lateral (values (f.created_at), (f.lifted_at)) b(at)
      where (f.person_id is null or f.person_id = person) and (f.partner_id is null or f.partner_id = partner) and (f.tenant_id is null or f.tenant_id = tenant)
  ) happened(at, what)
  where access.context_plane() = 'platform' and happened.at > since and happened.at <= statement_timestamp()
  order by happened.at desc
  limit 80
  $$;
grant execute on function access.facts_at(uuid, uuid, uuid, timestamptz), access.changes_of(uuid, uuid, uuid, timestamptz) to liaison_platform;

-- Whether a record is one of the tenant's, for an explanation about that very record; and, where the partner's link is restricted to its
-- own accounts, whether it is one of these.
create function access.owns_record(tenant uuid, kind text, record uuid, partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case kind
    when 'ticket' then exists (select from public.ticket x where x.tenant_id = tenant and x.id = record)
    when 'invoice' then exists (select from public.invoice x where x.tenant_id = tenant and x.id = record)
    when 'subscriber' then exists (select from public.subscriber x where x.tenant_id = tenant and x.id = record)
    else false end
  and (access.context_plane() in ('platform', 'tenant')
    or exists (select from public.delegation d where d.tenant_id = tenant and access.is_party_to(d) and d.approved_at is not null))
  and (partner is null or (access.deciding_link(partner, tenant)).own_accounts_only is not true or access.is_record_of_partner(tenant, kind, record, partner))
  $$;
grant execute on function access.owns_record(uuid, text, uuid, uuid) to liaison_platform, liaison_program, liaison_tenant;

reset role;
