set role liaison_authz;

-- Where the news of a dispute goes: of a new one to the tenant's billing address, of an answer to the person who raised it. Only for
-- those who raise or answer disputes in this tenant; the address goes into the mail, never into an answer.
create function access.dispute_addressee(wanted_tenant uuid, wanted_dispute uuid) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if access.context_plane() = 'tenant' and wanted_tenant in (select access.reach('invoice_dispute', 'update')) then
    return (
      select p.email from public.invoice_dispute d join public.person p on p.id = d.created_by and p.status = 'active'
      where d.tenant_id = wanted_tenant and d.id = wanted_dispute);
  end if;
  if access.context_plane() = 'delegation' and wanted_tenant in (select access.reach('invoice_dispute', 'insert') union select access.restricted_reach('invoice_dispute', 'insert')) then
    return (select t.contact ->> 'billing_email' from public.tenant t where t.id = wanted_tenant);
  end if;
  return null;
end
$$;
comment on function access.dispute_addressee(uuid, uuid) is 'The mail address of the other side of a dispute, for those who may raise or answer disputes there.';
grant execute on function access.dispute_addressee(uuid, uuid) to liaison_tenant, liaison_delegate;

reset role;
