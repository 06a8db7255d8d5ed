set role liaison_authz;

-- The person who raised a dispute hears of the answer while still working for that partner in this tenant: a mail says what could be read there.
create or replace function access.dispute_addressee(wanted_tenant uuid, wanted_dispute uuid) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if access.context_plane() = 'tenant' and wanted_tenant in (select access.reach('invoice_dispute', 'update')) then
    return (
      select p.email from public.invoice_dispute d join public.person p on p.id = d.created_by and p.status = 'active'
      where d.tenant_id = wanted_tenant and d.id = wanted_dispute and exists (
        select from public.link_member m
        join public.delegation l on l.id = m.link_id and l.partner_id = d.created_by_partner_id and access.in_force(l)
        join public.partner_member w on w.id = m.member_id and w.status = 'active'
        where m.tenant_id = wanted_tenant and m.person_id = d.created_by and (m.ends_at is null or m.ends_at > statement_timestamp())));
  end if;
  if access.context_plane() = 'delegation' and wanted_tenant in (select access.reach('invoice_dispute', 'insert') union select access.restricted_reach('invoice_dispute', 'insert')) then
    return (select t.contact ->> 'billing_email' from public.tenant t where t.id = wanted_tenant);
  end if;
  return null;
end
$$;

reset role;
