set role liaison_authz;

-- Tells one side of a link: a mail to its admins or owners, each in a language of their own, and a line in the portal. Nobody learns an address of the other side.
create function access.tell_side(delegation_id uuid, side text, news text, sentence text, letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_delegation public.delegation;
begin
  select * into of_delegation from public.delegation d where d.id = tell_side.delegation_id and d.kind = 'link';
  if not found or not access.is_party_to(of_delegation) or side not in ('tenant', 'partner') then
    return 0;
  end if;
  insert into public.link_news (link_id, tenant_id, partner_id, side, news, sentence)
  values (of_delegation.id, of_delegation.tenant_id, of_delegation.partner_id, tell_side.side, tell_side.news, tell_side.sentence);
  return access.mail_side(tell_side.delegation_id, tell_side.side, tell_side.letters);
end
$$;
grant execute on function access.tell_side(uuid, text, text, text, jsonb) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

reset role;
