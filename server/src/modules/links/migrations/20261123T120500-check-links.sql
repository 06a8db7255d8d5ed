set role liaison_owner;

-- The provider attests links of subsidiaries; they open after the tenant had time to object.
grant insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, review_due_at, attestation_ref, objection_until) on link to liaison_platform;

create function private.enforce_attestation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if private.side_of_login() is distinct from 'provider' then
    return new;
  end if;
  if new.relationship_type <> 'enterprise_subsidiary' or new.attestation_ref is null or new.objection_until is null or not exists (
    select from delegation d where d.id = new.id and d.status = 'approved' and d.approval_basis = 'operator_attested' and d.starts_at >= new.objection_until and new.objection_until >= statement_timestamp() + interval '6 days 23 hours') then
    raise exception 'the provider attests subsidiaries under a contract, and the tenant has a week to object' using errcode = 'check_violation', constraint = 'link_attestation';
  end if;
  return new;
end
$$;
create trigger enforce_attestation before insert on link for each row execute function private.enforce_attestation();

reset role;
set role liaison_authz;

-- Whether each assigned person gets in now: answered by the view that row policies read through, and if not, the first thing in the way.
create function access.check_link(link uuid)
  returns table (person_id uuid, person_name text, opens boolean, hindrance text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select m.person_id, h.name, u.link_id is not null and t.strong,
    case when not access.in_force(d) then 'not_in_force' when pm.status is distinct from 'active' or h.status <> 'active' then 'person_inactive'
      when m.ends_at <= statement_timestamp() then 'assignment_ended' when u.link_id is null then 'frozen' when not t.strong then 'no_factor' end
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.person h on h.id = m.person_id
  left join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id
  left join access.usable_link u on u.link_id = d.id and u.person_id = m.person_id and u.mask <> 0::bit(256)
  cross join lateral (select exists (select from public.passkey k where k.person_id = m.person_id)
    or exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null) as strong) t
  where d.id = check_link.link and d.kind = 'link' and access.is_party_to(d)
  order by h.name
$$;
grant execute on function access.check_link(uuid) to liaison_program, liaison_tenant, liaison_job;

-- The apps and wholesalers that are let into this transaction's tenant, for the page that says who has access.
create function access.count_apps() returns table (apps integer, partners uuid[], waiting integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select (count(*) filter (where d.status = 'active'))::integer, coalesce(array_agg(distinct d.partner_id) filter (where d.status = 'active' and d.partner_id is not null), '{}'),
    (count(*) filter (where d.status = 'requested'))::integer
  from public.delegation d
  where d.kind in ('consent', 'resale') and d.tenant_id = access.context_id('tenant_id') and access.context_plane() = 'tenant'
    and d.status in ('active', 'requested') and (d.ends_at is null or d.ends_at > statement_timestamp())
$$;
grant execute on function access.count_apps() to liaison_tenant;

reset role;
