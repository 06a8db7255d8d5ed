set role liaison_authz;

-- Staff, who sees no identity check, could have mailed any end user of the partner in its name.
create or replace function access.mail_identity_check(of_case uuid, subject text, body text, origin text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  c public.kyc_case;
begin
  select * into c from public.kyc_case x where x.id = of_case;
  if c.id is null or not coalesce(
    (session_user = 'liaison_realm' and c.partner_id = access.realm_inside() and (c.end_user_id = access.context_id('end_user_id') or access.is_realm_admin()))
    or (session_user = 'liaison_program' and c.partner_id = access.partner_of_owner())
    or (session_user = 'liaison_job' and access.context_plane() = 'system'), false) then
    return;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', u.email, 'subject', replace(mail_identity_check.subject, '{partner}', p.name),
    'text', replace(mail_identity_check.body, '{partner}', p.name) || coalesce(E'\n\n' || mail_identity_check.origin || '/p/' || p.slug || '/identity-check', ''))
  from public.end_user u join public.partner p on p.id = u.partner_id where u.id = c.end_user_id and p.status = 'active';
end
$$;

reset role;
