set role liaison_authz;

-- Mails one side of an agreement: the owners of the partner, or the provider's admins. Nobody mails about what is not its own.
create function access.mail_agreement(of_agreement uuid, side text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  g public.agreement;
  sent integer;
begin
  select * into g from public.agreement x where x.id = of_agreement;
  if (g.id is null or not ((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and g.partner_id = access.own_partner()))) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_agreement.subject, 'text', mail_agreement.body)
  from public.person h
  where h.status = 'active' and case mail_agreement.side
    when 'partner' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_agreement(uuid, text, text, text) to liaison_platform, liaison_program, liaison_job;

create function access.agreement_partner_name(partner uuid) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p.name from public.partner p where p.id = partner and session_user = 'liaison_job' and access.context_plane() = 'system' $$;
grant execute on function access.agreement_partner_name(uuid) to liaison_job;

-- What anybody is told of a fingerprint, of an agreement or of one of its sealed files: whether it is known and since when. The names are
-- told to whoever may read the agreement. Nothing is known before it was signed.
create function access.verify_agreement(digest bytea) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
  select jsonb_build_object('kind', f.kind, 'signed_at', g.signed_at, 'approved_at', g.approved_at,
    'partner_name', case when tells then p.name end, 'title', case when tells then g.title end, 'version', case when tells then g.version end)
  from (
    select 'agreement' as kind, a.id from public.agreement a where a.content_sha256 = digest
    union all
    select 'file_' || x.kind, x.agreement_id from public.agreement_file x where x.digest = verify_agreement.digest) f
  join public.agreement g on g.id = f.id and g.signed_at is not null
  join public.partner p on p.id = g.partner_id
  cross join lateral (select exists (select from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
      where m.person_id = access.context_id('actor_id') and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    or exists (select from public.platform_staff s where s.person_id = access.context_id('actor_id') and s.status = 'active') as tells) t
  where session_user = 'liaison_auth'
  -- Two agreements with the same words have the same fingerprint; whoever may read one of them is told of that one.
  order by tells desc, g.signed_at limit 1
  $$;
grant execute on function access.verify_agreement(bytea) to liaison_auth;

reset role;
