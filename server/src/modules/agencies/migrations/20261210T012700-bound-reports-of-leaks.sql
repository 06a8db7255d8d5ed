set role liaison_authz;

-- As before, but of one credential no more than five places a day are taken from strangers, and one mail: a form token is read by whoever opens
-- the page of an agency, who could else have the organisation's administrators written to without end, in words of the own choice. What ends a
-- credential is always taken and told, and so is what the organisation reports itself. One report after another, so that many at once are bounded, too.
create or replace function access.report_leak(hash bytea, found_in text, source text) returns table (kind text, credential_id uuid, tenant_id uuid, tenant_name text, partner_id uuid, label text, outcome text)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  hit record;
  plane text := access.context_plane();
  done text;
  earlier bigint;
begin
  if (plane is null or plane not in ('auth', 'tenant')) then
    raise exception 'this side reports no leaks' using errcode = 'insufficient_privilege';
  end if;
  for hit in select * from access.find_leaked(hash, case plane when 'tenant' then access.context_id('tenant_id') end) loop
    done := case when hit.is_live and hit.kind <> 'form_token' then 'revoked' else 'told' end;
    perform pg_advisory_xact_lock(hashtextextended('leak ' || hit.credential_id, 0));
    earlier := case when plane = 'auth' and done = 'told' then (
      select count(*) from public.leak_report r
      where r.tenant_id = hit.tenant_id and r.credential_id = hit.credential_id and r.reported_at > statement_timestamp() - interval '1 day') else 0 end;
    continue when earlier >= 5;
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
    if (earlier = 0) then
      perform access.tell_of_leak(hit.tenant_id, hit.partner_id, hit.kind, hit.label, report_leak.found_in, done);
    end if;
    return query select hit.kind, hit.credential_id, hit.tenant_id, (select t.name from public.tenant t where t.id = hit.tenant_id), hit.partner_id, hit.label, done;
  end loop;
end
$$;

reset role;
