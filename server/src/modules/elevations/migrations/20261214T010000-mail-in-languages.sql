set role liaison_authz;

-- As the function of four texts, which goes when no process of the release before runs any more; each reads in the language that they chose, else in the
-- one in which the link was approved, else in English.
create function access.mail_elevation(of_elevation uuid, audience text, letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  e public.link_elevation;
  d public.delegation;
  sent integer;
begin
  select * into e from public.link_elevation x where x.id = of_elevation;
  select * into d from public.delegation x where x.id = e.link_id;
  if e.id is null or not access.is_party_to(d) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(mail_elevation.letters, p.language, d.approval_snapshot ->> 'language') letter
  where p.status = 'active' and letter is not null and case audience
    when 'requester' then p.id = e.person_id
    when 'partner' then p.id <> e.person_id and exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = e.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = e.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_elevation(uuid, text, jsonb) to liaison_program, liaison_tenant, liaison_job;

reset role;
