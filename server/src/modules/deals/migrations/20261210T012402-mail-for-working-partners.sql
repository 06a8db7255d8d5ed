set role liaison_authz;

-- As before, but nobody of a partner that is stopped is told to register or to refer again, which leads to a page that lets nobody in.
create or replace function access.mail_deal(of_deal uuid, side text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  d public.deal_registration;
  sent integer;
begin
  select * into d from public.deal_registration x where x.id = of_deal;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and d.partner_id = access.own_partner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_deal.subject, 'text', mail_deal.body)
  from public.person h
  where d.id is not null and h.status = 'active' and case mail_deal.side
    when 'partner' then exists (
      select from public.partner_member m join public.partner p on p.id = m.partner_id and p.status = 'active'
      where m.person_id = h.id and m.partner_id = d.partner_id and m.status = 'active' and (m.role = 'PARTNER_OWNER' or m.person_id = d.created_by))
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;

reset role;
