set role liaison_owner;

create policy reporting on leak_report for insert to liaison_authz with check (true);
create policy ending_leaked on agency_key for update to liaison_authz using (true) with check (true);
create policy ending_leaked on webhook_endpoint for update to liaison_authz using (true) with check (true);
create policy ending_leaked on webhook_delivery for update to liaison_authz using (true) with check (true);
grant insert on leak_report to liaison_authz;
grant update (status, revoked_at, revoked_reason) on agency_key to liaison_authz;
grant update (status, disabled_reason, disabled_at, version) on webhook_endpoint to liaison_authz;
grant update (status, finished_at) on webhook_delivery to liaison_authz;

reset role;
set role liaison_authz;

-- What a reported text is, by its digest; within one tenant where the report comes from one.
create function access.find_leaked(hash bytea, only_tenant uuid) returns table (kind text, credential_id uuid, tenant_id uuid, partner_id uuid, label text, is_live boolean)
  language sql stable
  set search_path = pg_catalog
  as $$
  select 'form_token', t.id, t.tenant_id, null::uuid, t.display_prefix || '…' || t.last4, t.status = 'active'
  from public.form_token t where t.token_hash = hash and (only_tenant is null or t.tenant_id = only_tenant)
  union all
  select 'agency_key', k.id, k.tenant_id, null::uuid, k.name || ' (' || k.display_prefix || '…' || k.last4 || ')', k.status = 'active'
  from public.agency_key k where k.key_hash = hash and (only_tenant is null or k.tenant_id = only_tenant)
  union all
  select 'webhook_secret', e.id, e.tenant_id, e.partner_id, substring(e.url from '^https?://[^/]+'), e.status = 'active' and (s.ends_at is null or s.ends_at > statement_timestamp())
  from public.webhook_secret s join public.webhook_endpoint e on e.id = s.endpoint_id where s.digest = hash and (only_tenant is null or e.tenant_id = only_tenant)
  $$;

-- Takes a report that something which may be a credential can be read somewhere. Compares digests alone. A form token is public by design and is
-- only told; a server key ends at once, and so does the endpoint that a webhook secret signs for. Answers with what was found, for the log.
create function access.report_leak(hash bytea, found_in text, source text) returns table (kind text, credential_id uuid, tenant_id uuid, tenant_name text, partner_id uuid, label text, outcome text)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  hit record;
  plane text := access.context_plane();
  done text;
begin
  if (plane is null or plane not in ('auth', 'tenant')) then
    raise exception 'this side reports no leaks' using errcode = 'insufficient_privilege';
  end if;
  for hit in select * from access.find_leaked(hash, case plane when 'tenant' then access.context_id('tenant_id') end) loop
    done := case when hit.is_live and hit.kind <> 'form_token' then 'revoked' else 'told' end;
    if (done = 'revoked' and hit.kind = 'agency_key') then
      update public.agency_key k set status = 'revoked', revoked_at = statement_timestamp(), revoked_reason = 'Found in public' where k.id = hit.credential_id and k.status = 'active';
    elsif (done = 'revoked') then
      update public.webhook_endpoint e set status = 'disabled', disabled_reason = 'leaked', disabled_at = statement_timestamp(), version = e.version + 1 where e.id = hit.credential_id and e.status = 'active';
      update public.webhook_delivery w set status = 'cancelled', finished_at = statement_timestamp() where w.endpoint_id = hit.credential_id and w.status = 'waiting';
    end if;
    if (hit.tenant_id is not null) then
      insert into public.leak_report (tenant_id, kind, credential_id, label, found_in, source, outcome)
      values (hit.tenant_id, hit.kind, hit.credential_id, left(hit.label, 200), report_leak.found_in, report_leak.source, done);
    end if;
    perform access.tell_of_leak(hit.tenant_id, hit.partner_id, hit.kind, hit.label, report_leak.found_in, done);
    return query select hit.kind, hit.credential_id, hit.tenant_id, (select t.name from public.tenant t where t.id = hit.tenant_id), hit.partner_id, hit.label, done;
  end loop;
end
$$;

-- A mail to everybody who answers for the organisation whose credential it is.
create function access.tell_of_leak(tenant uuid, partner uuid, kind text, label text, found_in text, outcome text) returns void
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email,
    'subject', case kind when 'form_token' then 'A form token was found on a public page' when 'agency_key' then 'A server key was found in public and was stopped' else 'A webhook secret was found in public' end,
    'text', concat_ws(E'\n\n', 'It was reported that ' || label || ' can be read' || coalesce(' at ' || found_in, ' in public') || '.',
      case when kind = 'form_token' then 'A form token is not a secret: it stands in the page of the agency. If it was found where it does not belong, replace it: open the form and choose Make replacement.'
        when kind = 'agency_key' and outcome = 'revoked' then 'The key was stopped at once. Make another one for the agency, and find out how it was lost.'
        when kind = 'webhook_secret' and outcome = 'revoked' then 'The endpoint was disabled at once. Rotate its secret without overlap, enable it again, and replay what was missed.'
        else 'It did not work any more when the report came.' end))
  from public.person p
  where p.status = 'active' and (
    exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = tenant and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    or exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = partner and pm.role = 'PARTNER_OWNER' and pm.status = 'active'))
  $$;
grant execute on function access.report_leak(bytea, text, text) to liaison_auth, liaison_tenant;

reset role;
