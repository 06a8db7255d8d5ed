set role liaison_authz;

-- Whether a partner has to wait before it asks a tenant again: seven days after a request was declined, and a year after the first of three.
create function access.must_wait_to_ask(asked_tenant uuid, asking_partner uuid) returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
  select count(*) >= 3 or coalesce(max(d.status_changed_at) > statement_timestamp() - interval '168 hours', false)
  from public.delegation d join public.link l on l.id = d.id and l.initiated_by = 'partner'
  where d.tenant_id = asked_tenant and d.partner_id = asking_partner and d.kind = 'link' and d.status = 'declined'
    and d.status_changed_at > statement_timestamp() - interval '8760 hours'
$$;

-- In SQL a partner asked again at once, as often as it liked. Whom the tenant gave a code, used up for this request, is wanted: the code counts as its
-- word that the partner may ask.
create or replace function access.begin_as_allowed() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user not in ('liaison_program', 'liaison_tenant', 'liaison_platform') then
    return new;
  end if;
  if num_nonnulls(new.via_partner_id, new.via_partner_name) > 0
    and not exists (select from public.partner p where p.id = new.via_partner_id and p.name = new.via_partner_name and p.status = 'active') then
    raise exception 'a distributor is an active partner, under its own name' using errcode = 'check_violation', constraint = 'link_distributor';
  end if;
  if session_user = 'liaison_program' and (
    not (access.partner_may_ask(new.tenant_id, new.partner_id) or access.is_invited(new.tenant_id, new.partner_id, new.id))
    or exists (select from public.tenant_partner_policy p where p.tenant_id = new.tenant_id and new.access_role <> all (p.roles_allowed))) then
    raise exception 'the rules of the tenant let this partner ask for nothing' using errcode = 'check_violation', constraint = 'delegation_welcome';
  end if;
  if session_user = 'liaison_program' and access.must_wait_to_ask(new.tenant_id, new.partner_id)
    and not access.is_invited(new.tenant_id, new.partner_id, new.id) then
    raise exception 'a partner waits after a request was declined' using errcode = 'check_violation', constraint = 'link_declined_before';
  end if;
  if session_user = 'liaison_platform' and (new.review_due_at is null or new.review_due_at > statement_timestamp() + interval '181 days' or not exists (
    select from public.delegation d, public.link_role_template t, public.link_relationship_bound b
    where d.id = new.id and t.role = new.access_role and t.version = new.role_version and b.relationship_type = new.relationship_type
      and ((d.mask | d.role_mask) & ~ (t.defaults & t.ceiling & b.ceiling)) = 0::bit(256))) then
    raise exception 'what is attested opens what its role opens, and is reviewed' using errcode = 'check_violation', constraint = 'link_attestation';
  end if;
  return new;
end
$$;

reset role;
