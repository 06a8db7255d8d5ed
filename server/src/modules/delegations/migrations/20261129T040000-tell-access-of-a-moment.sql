set role liaison_owner;

-- Since when everything is kept that says who had access at a moment: links were kept before, from here on consents, resales, their billing
-- accounts and persons are, too. What was so before this moment nobody can tell, and nobody is told it.
insert into access_past (relation, row_key, was) values ('beginning', 'all', '{}');

alter table delegation_account add column added_at timestamptz not null default now();
comment on column delegation_account.added_at is 'Since when the account is opened; with what was removed (access_past) it tells the accounts of a moment.';

-- Under a name of its own: what is kept of links is read as links.
create function private.keep_past_of_api() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  left_out constant text[] := array['approval_snapshot', 'approved_by_name', 'updated_at', 'version'];
  was jsonb := to_jsonb(old) - left_out;
begin
  if tg_op = 'DELETE' or was <> to_jsonb(new) - left_out then
    insert into access_past (relation, row_key, tenant_id, partner_id, was) values ('api_delegation', old.id::text, old.tenant_id, old.partner_id, was);
  end if;
  return null;
end
$$;
create trigger keep_past_of_api after update or delete on delegation for each row when (old.kind in ('consent', 'resale')) execute function private.keep_past_of_api();
create trigger keep_past after delete on delegation_account for each row execute function private.keep_past('delegation_id', 'account_id');

create function private.keep_status_of_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into access_past (relation, row_key, was) values ('person', old.id::text, jsonb_build_object('status', old.status));
  return null;
end
$$;
comment on function private.keep_status_of_person() is 'Of a person only what decides is kept: no name, no address.';
create trigger keep_past after update of status on person for each row when (old.status <> new.status) execute function private.keep_status_of_person();

reset role;
set role liaison_authz;

-- One record as it was at a moment: the first image that held until after it, else the record as it is.
create function access.image_at(of_relation text, of_key text, moment timestamptz, now_is jsonb) returns jsonb
  language sql stable
  as $$
  select coalesce((
    select p.was from public.access_past p
    where p.relation = of_relation and p.row_key = of_key and p.held_until > moment
    order by p.held_until
    limit 1), now_is)
  $$;

-- The records of a relation between one tenant and one partner as they were at a moment, also those that were removed since. The twin of
-- access.images_at for what has both keys, which an index finds.
create function access.images_between(of_relation text, d public.delegation, moment timestamptz, born text, current jsonb) returns setof jsonb
  language sql stable
  as $$
  select image from (
    select distinct on (candidate.row_key) candidate.image
    from (
      select p.row_key, p.was as image, p.held_until
      from public.access_past p
      where p.tenant_id = d.tenant_id and p.partner_id = d.partner_id and p.held_until > moment and p.relation = of_relation
      union all
      select coalesce(now_is.value ->> 'id', now_is.value ->> 'link_id' || ':' || (now_is.value ->> 'member_id'), now_is.value ->> 'delegation_id' || ':' || (now_is.value ->> 'account_id')),
        now_is.value, 'infinity'
      from jsonb_array_elements(current) now_is
    ) candidate
    order by candidate.row_key, candidate.held_until
  ) held
  where (image ->> born)::timestamptz <= moment and d.id::text in (image ->> 'link_id', image ->> 'delegation_id')
  $$;

-- The tenant whose past access this transaction may read: that of a member who sees its partner access, or of an auditor whom it let in for an
-- audit, with the permission to read what was done; a link that is restricted to some accounts shows nothing of the others' access. Null for
-- everybody else.
create function access.tenant_of_history() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select reached from access.reach('delegation', 'select') reached
  where access.context_plane() = 'tenant' and access.context_id('client_id') is null and reached = access.context_id('tenant_id')
  union all
  select reached from access.reach('audit_scope', 'select') reached
  join public.delegation d on d.id = access.context_id('delegation_id') and d.tenant_id = reached and not d.own_accounts_only
  join public.link l on l.id = d.id and l.access_role = 'auditor' and l.relationship_type = 'audit_only'
  where access.context_plane() = 'delegation' and reached = access.context_id('tenant_id')
$$;

-- Since when the record says who had access; null for who may not read it.
create function access.history_since() returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select greatest(p.held_until, t.created_at)
  from public.tenant t
  join public.access_past p on p.relation = 'beginning' and p.row_key = 'all'
  where t.id = access.tenant_of_history()
$$;
comment on function access.history_since() is 'Since when access.access_at can answer for the tenant of the context.';

-- The permissions that a delegation gave at a moment, with what exceptions gave and took then: access.mask_now for the past.
create function access.masks_at(d public.delegation, moment timestamptz) returns table (mask bit(256), granted bit(256), denied bit(256))
  language sql stable
  as $$
  select case when d.own_accounts_only then access.account_mask(whole.mask) else whole.mask end, o.granted, o.denied
  from (
    select coalesce(bit_or((image ->> 'mask')::bit(256)) filter (where image ->> 'effect' = 'grant'), 0::bit(256)) as granted,
      coalesce(bit_or((image ->> 'mask')::bit(256)) filter (where image ->> 'effect' = 'deny'), 0::bit(256)) as denied
    from access.images_between('link_override', d, moment, 'created_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.link_override x where x.link_id = d.id), '[]')) image
    where (image ->> 'expires_at') is null or (image ->> 'expires_at')::timestamptz > moment
  ) o
  cross join lateral (select case when d.has_timed_overrides then (d.role_mask | o.granted) & ~ o.denied else d.mask end as mask) whole
  $$;

-- The people who were assigned to a link at a moment, each with what the link gave to them (access.usable_link for the past) and, where they
-- could do nothing although the link was in force, why.
create function access.people_at(d public.delegation, moment timestamptz, mask bit(256), denied bit(256)) returns table (person_id uuid, name text, role text, usable bit(256), ends_at timestamptz, elevated_until timestamptz, stopped text)
  language sql stable
  as $$
  select m.person_id, h.name, m.role,
    (m.mask & case when d.elevation_required then access.standing_mask(people_at.mask) else people_at.mask end)
      | case when m.elevated_until > moment then case when d.own_accounts_only then access.account_mask(m.elevated_mask & ~ denied) else m.elevated_mask & ~ denied end else 0::bit(256) end,
    m.ends_at, case when m.elevated_until > moment then m.elevated_until end,
    case
      when access.image_at('person', h.id::text, moment, to_jsonb(h)) ->> 'status' <> 'active' then 'person_inactive'
      when access.image_at('partner_member', pm.id::text, moment, to_jsonb(pm)) ->> 'status' <> 'active' then 'member_inactive'
      when exists (
        select from public.access_freeze f
        where f.scope = 'person' and f.person_id = h.id and f.created_at <= moment and (f.lifted_at is null or f.lifted_at > moment)
          and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id)) then 'frozen' end
  from access.images_between('link_member', d, moment, 'assigned_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.link_member x where x.link_id = d.id), '[]')) image
  cross join lateral jsonb_populate_record(null::public.link_member, image) m
  join public.person h on h.id = m.person_id
  join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id
  where m.ends_at is null or m.ends_at > moment
  $$;

-- The billing accounts that a consent or a resale opened at a moment.
create function access.accounts_at(d public.delegation, moment timestamptz) returns jsonb
  language sql stable
  as $$
  select coalesce(jsonb_agg(jsonb_build_object('number', b.ban, 'name', b.name) order by (image ->> 'position')::integer), '[]')
  from access.images_between('delegation_account', d, moment, 'added_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.delegation_account x where x.delegation_id = d.id), '[]')) image
  join public.billing_account b on b.tenant_id = d.tenant_id and b.id = (image ->> 'account_id')::uuid
  $$;

-- The delegations of a tenant that stood at a moment: agreed, not ended, whether or not something stopped them then.
create function access.standing_at(tenant uuid, moment timestamptz) returns setof public.delegation
  language sql stable
  as $$
  select d.*
  from public.delegation x
  cross join lateral jsonb_populate_record(null::public.delegation, access.image_at(case x.kind when 'link' then 'delegation' else 'api_delegation' end, x.id::text, moment, to_jsonb(x))) d
  where x.tenant_id = tenant and x.kind in ('link', 'consent', 'resale')
    and d.created_at <= moment and d.status in ('approved', 'active', 'suspended') and (d.ends_at is null or d.ends_at > moment)
  $$;

-- What kept a delegation that stood at a moment from being in force then, or 'open': access.delegation_in_force for the past.
create function access.state_at(d public.delegation, moment timestamptz, freezes jsonb) returns text
  language sql stable
  as $$
  select case
    when access.image_at('tenant', t.id::text, moment, to_jsonb(t)) ->> 'status' = 'closed' then 'tenant_closed'
    when access.image_at('partner', p.id::text, moment, to_jsonb(p)) ->> 'status' <> 'active' then 'partner_inactive'
    when freezes <> '[]' then 'frozen'
    when d.status = 'suspended' or d.review_stops_at <= moment then 'suspended'
    when d.status = 'approved' or d.starts_at > moment then 'not_started'
    else 'open' end
  from public.tenant t, public.partner p
  where t.id = d.tenant_id and p.id = d.partner_id
  $$;

create function access.freezes_at(d public.delegation, moment timestamptz) returns jsonb
  language sql stable
  as $$
  select coalesce(jsonb_agg(jsonb_build_object('set_by', f.set_by_side, 'since', f.created_at) order by f.created_at), '[]')
  from public.access_freeze f
  where f.scope <> 'person' and f.created_at <= moment and (f.lifted_at is null or f.lifted_at > moment)
    and (f.partner_id is null or f.partner_id = d.partner_id)
    and (f.tenant_id is null or f.tenant_id = d.tenant_id)
    and (f.delegation_id is null or f.delegation_id = d.id)
  $$;

-- Who could do what in the tenant of the context at a moment, from the records and what they said before they were changed. Names are those of
-- today. Nothing for who may not read it, and nothing for a moment of which the record does not say all.
create function access.access_at(moment timestamptz, skipped integer, taken integer) returns table (
    total bigint, id uuid, kind text, partner_name text, client_name text, access_role text, state text, starts_at timestamptz, ends_at timestamptz,
    mask text, granted text, denied text, own_accounts_only boolean, own_accounts bigint, accounts jsonb, freezes jsonb, people jsonb, people_total bigint)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with page as materialized (
    select count(*) over () as total, d as of_delegation, p.name as partner_name, k.name as client_name,
      access.image_at('link', d.id::text, moment, to_jsonb(l)) ->> 'access_role' as access_role
    from access.standing_at(access.tenant_of_history(), moment) d
    join public.partner p on p.id = d.partner_id
    left join public.link l on l.id = d.id
    left join public.consent c on c.id = d.id
    left join public.api_client k on k.id = c.client_id
    where moment >= access.history_since()
    order by p.name, d.kind, k.name, d.id
    offset skipped
    limit taken
  )
  select page.total, (d).id, (d).kind, page.partner_name, page.client_name, page.access_role, access.state_at(d, moment, stopped.freezes), (d).starts_at, (d).ends_at,
    m.mask::text, m.granted::text, m.denied::text, (d).own_accounts_only,
    case when (d).own_accounts_only then (
      select count(distinct a.subscriber_id) from public.partner_account a
      where a.tenant_id = (d).tenant_id and a.partner_id = (d).partner_id and a.attached_at <= moment
        and (a.ended_at is null or a.ended_at > moment) and (a.ends_at is null or a.ends_at > moment)) end,
    case when (d).kind = 'link' then null
      when access.context_plane() = 'tenant' or exists (select from access.reach('billing_account', 'select') reached where reached = (d).tenant_id) then access.accounts_at(d, moment) end,
    stopped.freezes, h.people, h.people_total
  from page
  cross join lateral (select page.of_delegation as d) held
  cross join lateral (select access.freezes_at(d, moment) as freezes) stopped
  cross join lateral access.masks_at(d, moment) m
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('person_id', w.person_id, 'name', w.name, 'role', w.role, 'mask', w.usable::text, 'ends_at', w.ends_at,
        'elevated_until', w.elevated_until, 'stopped', w.stopped) order by w.place) filter (where w.place <= 100), '[]') as people, count(*) as people_total
    from (select x.*, row_number() over (order by x.name, x.person_id) as place from access.people_at(d, moment, m.mask, m.denied) x) w
  ) h
  order by page.partner_name, (d).kind, page.client_name, (d).id
$$;
comment on function access.access_at(timestamptz, integer, integer) is 'Who could do what in a tenant at a moment, for its own members who see partner access and for its auditors.';
grant execute on function access.history_since(), access.access_at(timestamptz, integer, integer) to liaison_tenant, liaison_delegate;

reset role;
