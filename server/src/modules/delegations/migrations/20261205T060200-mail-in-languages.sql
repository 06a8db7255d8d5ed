set role liaison_authz;

-- Mails one side of a delegation without telling the other side any address, each in a language of their own: the one that they chose, else the
-- one in which the delegation was approved, else English. The letters say the same, each under its language.
create function access.mail_side(delegation_id uuid, side text, letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_delegation public.delegation;
  sent integer;
begin
  select * into of_delegation from public.delegation d where d.id = mail_side.delegation_id;
  if not found or not access.is_party_to(of_delegation) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(mail_side.letters, p.language, of_delegation.approval_snapshot ->> 'language') letter
  where p.status = 'active' and letter is not null and case mail_side.side
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = of_delegation.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    when 'partner' then exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = of_delegation.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_side(uuid, text, jsonb) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

reset role;
