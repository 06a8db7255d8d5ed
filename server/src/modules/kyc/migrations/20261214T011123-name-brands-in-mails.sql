set role liaison_authz;

-- Under which name a partner appears to its end users: that of its brand, as its configuration in force says, else its own (experience.md, Brand).
-- A partner says its brand alone, and mails come from the provider's address: a name that is no name, of several lines or with an address in it, is not taken.
create function access.brand_name(partner uuid) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case when b.name ~ '[^[:space:]]' and b.name !~* '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069@/\\<>]|www\.' then left(btrim(b.name), 200) else p.name end
  from public.partner p
  cross join lateral (select access.configuration(p.id) -> 'branding' ->> 'display_name' as name) b
  where p.id = partner and (access.context_plane() = 'system'
    or (p.id = access.context_id('partner_id') and access.context_plane() in ('realm', 'realm_door')) or p.id = access.own_partner())
$$;
revoke all on function access.brand_name(uuid) from public;
grant execute on function access.brand_name(uuid) to liaison_auth, liaison_program, liaison_realm;

-- As before, but under the name of the brand, also as its sender.
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
  select 'mail', jsonb_build_object('to', u.email, 'sender_name', b.name, 'subject', replace(mail_identity_check.subject, '{partner}', b.name),
    'text', replace(mail_identity_check.body, '{partner}', b.name) || coalesce(E'\n\n' || mail_identity_check.origin || '/p/' || p.slug || '/identity-check', ''))
  from public.end_user u join public.partner p on p.id = u.partner_id cross join lateral (select access.brand_name(p.id) as name) b
  where u.id = c.end_user_id and p.status = 'active';
end
$$;

reset role;
