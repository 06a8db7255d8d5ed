set role liaison_authz;

-- As before, and to the security contact of the organisation, unless an administrator who is mailed anyway reads there (A10). That something was
-- stopped is said in the subject where it was.
create or replace function access.tell_of_leak(tenant uuid, partner uuid, kind text, label text, found_in text, outcome text) returns void
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
  with receiver as (
    select p.email
    from public.person p
    where p.status = 'active' and (
      exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = tenant and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
      or exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = partner and pm.role = 'PARTNER_OWNER' and pm.status = 'active')))
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', told.email,
    'subject', case kind when 'form_token' then 'A form token was found on a public page'
      when 'agency_key' then 'A server key was found in public' || case outcome when 'revoked' then ' and was stopped' else '' end
      else 'A webhook secret was found in public' end,
    'text', concat_ws(E'\n\n', 'It was reported that ' || label || ' can be read' || coalesce(' at ' || found_in, ' in public') || '.',
      case when kind = 'form_token' then 'A form token is not a secret: it stands in the page of the agency. If it was found where it does not belong, replace it: open the form and choose Make replacement.'
        when kind = 'agency_key' and outcome = 'revoked' then 'The key was stopped at once. Make another one for the agency, and find out how it was lost.'
        when kind = 'webhook_secret' and outcome = 'revoked' then 'The endpoint was disabled at once. Rotate its secret without overlap, enable it again, and replay what was missed.'
        else 'It did not work any more when the report came.' end))
  from (
    select email from receiver
    union all
    select c.email from public.tenant_security_contact c
    where c.tenant_id = tenant and c.email is not null and not exists (select from receiver r where lower(r.email) = lower(c.email))) told
  $$;

reset role;
