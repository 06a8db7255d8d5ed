-- As its table: whoever works for the tenant, and whoever had left it, mailed the provider's support and the partner.
create or replace function access.mail_assisted(of_access uuid, audience text, letters jsonb) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  a public.assisted_access;
  sent integer;
begin
  select x.* into a from public.assisted_access x where x.id = of_access;
  if a.id is null or not (access.context_plane() = 'system' or (access.is_in_own_plane() and (access.context_plane() = 'platform' or (access.context_plane() = 'tenant' and a.tenant_id in (select access.reach('delegation', 'select')))))) then
    return 0;
  end if;
  if audience = 'security' then
    insert into public.outbox (topic, payload)
    select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
    from public.tenant_security_contact c, access.letter_in(letters, c.language, null) letter
    where c.tenant_id = a.tenant_id and c.email is not null and letter is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = a.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email));
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and letter is not null and case audience
    when 'tenant' then exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = a.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when 'partner' then exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = a.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then p.id is distinct from access.context_id('actor_id') and exists (select from public.platform_staff s where s.person_id = p.id and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
