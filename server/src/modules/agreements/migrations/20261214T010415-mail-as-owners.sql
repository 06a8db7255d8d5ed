-- Agreements are between owners and the provider: a partner's staff mailed all administrators of the provider.
create or replace function access.mail_agreement(of_agreement uuid, side text, subject text, body text) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  g public.agreement;
  sent integer;
begin
  select * into g from public.agreement x where x.id = of_agreement;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and g.partner_id = access.partner_of_owner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_agreement.subject, 'text', mail_agreement.body)
  from public.person h
  where g.id is not null and h.status = 'active' and case mail_agreement.side
    when 'partner' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
