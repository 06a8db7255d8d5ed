set role liaison_authz;

-- Mails those who answer for the organisation of the context what one of its members asks them; nobody learns an address. Returns how many were sent.
create function access.ask_tenant_admins(subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  sent integer;
begin
  if access.context_plane() is distinct from 'tenant' then
    raise exception 'only a member asks the administrators' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', ask_tenant_admins.subject, 'text', ask_tenant_admins.body)
  from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
  where tm.tenant_id = access.context_id('tenant_id') and tm.role = 'TENANT_ADMIN' and tm.status = 'active';
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.ask_tenant_admins(text, text) to liaison_tenant;

reset role;
