set role liaison_authz;

-- As before; the context is read once.
create or replace function access.spend_ticket(ticket_nonce bytea, use_digest bytea, until timestamptz) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  context jsonb := access.context();
  token uuid := (context ->> 'form_token_id')::uuid;
begin
  if (token is null) then
    raise exception 'a ticket belongs to a form' using errcode = 'insufficient_privilege';
  end if;
  insert into public.embed_ticket_use (nonce, tenant_id, token_id, used_for, ends_at)
  values (ticket_nonce, (context ->> 'tenant_id')::uuid, token, use_digest, until)
  on conflict do nothing;
  return found or exists (select from public.embed_ticket_use u where u.nonce = ticket_nonce and u.token_id = token and u.used_for = use_digest);
end
$$;

create or replace function access.count_issue() returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  side record := access.issuing_side();
  today date := (statement_timestamp() at time zone (select t.timezone from public.tenant t where t.id = side.tenant_id))::date;
  bound integer;
  counted integer;
begin
  if (side.agency_id is null) then
    raise exception 'only an agency issues under a bound' using errcode = 'insufficient_privilege';
  end if;
  -- First the form, which fewer share; the lock on the agency's row is then held shortest.
  if (side.form_id is not null) then
    select f.daily_issue_limit into bound from public.form f where f.tenant_id = side.tenant_id and f.id = side.form_id;
    insert into public.embed_day_count as c (tenant_id, subject_id, day, issued) values (side.tenant_id, side.form_id, today, 1)
    on conflict (tenant_id, subject_id, day) do update set issued = c.issued + 1 returning issued into counted;
    if (counted > bound) then
      return 'form-daily';
    end if;
  end if;
  select a.daily_issue_limit into bound from public.agency a where a.tenant_id = side.tenant_id and a.id = side.agency_id;
  insert into public.embed_day_count as c (tenant_id, subject_id, day, issued) values (side.tenant_id, side.agency_id, today, 1)
  on conflict (tenant_id, subject_id, day) do update set issued = c.issued + 1 returning issued into counted;
  if (counted > bound) then
    return 'agency-daily';
  end if;
  return null;
end
$$;

reset role;
