set role liaison_authz;

-- How a link begins, whatever a handler forgot: a partner reaches only a tenant whose rules let it ask, and for a role that they allow;
-- the distributor between the two is one that is there, under its own name, since the tenant reads the name and the other one the
-- totals; and what the provider attests opens what the role opens and is reviewed like everything else.
create function access.begin_as_allowed() returns trigger
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
  if session_user = 'liaison_program' and (not access.partner_may_ask(new.tenant_id, new.partner_id) or exists (
    select from public.tenant_partner_policy p where p.tenant_id = new.tenant_id and new.access_role <> all (p.roles_allowed))) then
    raise exception 'the rules of the tenant let this partner ask for nothing' using errcode = 'check_violation', constraint = 'delegation_welcome';
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
grant execute on function access.begin_as_allowed() to liaison_owner;

reset role;
set role liaison_owner;

create trigger begin_as_allowed before insert on link for each row execute function access.begin_as_allowed();

reset role;
