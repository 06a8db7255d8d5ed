set role liaison_owner;

grant delete on form_visit to liaison_authz;
comment on table form_visit is 'Which sites showed a form, or tried to: a site that is not allowed is seen here as well. Those that were seen last, at most 200 of each kind for a form.';

set role liaison_authz;

-- As before; of the sites of a form those stay that were seen last, allowed ones and others apart: two hundred made-up ones blinded the list for good.
create or replace function access.note_form_use(uses jsonb, visits jsonb) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
begin
  if (session_user <> 'liaison_embed') then
    raise exception 'this login notes nothing of forms' using errcode = 'insufficient_privilege';
  end if;
  insert into public.agency_credential_use as u (credential_id, tenant_id, last_used_at)
  select d.id, d.tenant_id, max(x.at) from jsonb_to_recordset(uses) x (credential uuid, origin text, at timestamptz, count bigint)
  join public.delegation d on d.id = x.credential and d.kind = 'form_token'
  group by d.id, d.tenant_id order by d.id
  on conflict (credential_id) do update set last_used_at = excluded.last_used_at where u.last_used_at < excluded.last_used_at;
  insert into public.form_token_origin as o (token_id, tenant_id, origin, first_seen_at, last_seen_at, uses)
  select t.id, t.tenant_id, x.origin, min(x.at), max(x.at), sum(x.count) from jsonb_to_recordset(uses) x (credential uuid, origin text, at timestamptz, count bigint)
  join public.form_token t on t.id = x.credential
  where x.origin is not null
    and (exists (select from public.form_token_origin k where k.token_id = t.id and k.origin = x.origin) or (select count(*) from public.form_token_origin k where k.token_id = t.id) < 200)
  group by t.id, t.tenant_id, x.origin order by t.id, x.origin
  on conflict (token_id, origin) do update set last_seen_at = greatest(o.last_seen_at, excluded.last_seen_at), uses = o.uses + excluded.uses;
  insert into public.form_visit as v (form_id, tenant_id, origin, is_allowed, first_seen_at, last_seen_at, visits)
  select f.id, f.tenant_id, x.origin, x.is_allowed, min(x.at), max(x.at), sum(x.count) from jsonb_to_recordset(visits) x (form uuid, origin text, is_allowed boolean, at timestamptz, count bigint)
  join public.form f on f.id = x.form
  group by f.id, f.tenant_id, x.origin, x.is_allowed order by f.id, x.origin, x.is_allowed
  on conflict (form_id, origin, is_allowed) do update set last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at), visits = v.visits + excluded.visits;
  delete from public.form_visit v using (
    select k.form_id, k.origin, k.is_allowed from public.form_visit k
    where (k.form_id, k.origin, k.is_allowed) in (
      select r.form_id, r.origin, r.is_allowed from (
        select o.form_id, o.origin, o.is_allowed, row_number() over (partition by o.form_id, o.is_allowed order by o.last_seen_at desc, o.origin) as place
        from public.form_visit o where o.form_id in (select x.form from jsonb_to_recordset(note_form_use.visits) x (form uuid))) r
      where r.place > 200)
    -- Two processes that note the same form do not wait for each other's rows.
    for update skip locked) gone
  where v.form_id = gone.form_id and v.origin = gone.origin and v.is_allowed = gone.is_allowed;
end
$$;

-- As before; also sites of forms that nobody saw for four weeks, as long as their page looks back.
create or replace function access.forget_embed_tickets() returns integer
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with gone as (delete from public.embed_ticket_use where ends_at < statement_timestamp() - interval '25 hours' returning 1),
    days as (delete from public.embed_day_count where day < current_date - 60 returning 1),
    sites as (delete from public.form_visit where ctid in (
      select v.ctid from public.form_visit v where v.last_seen_at < statement_timestamp() - interval '28 days' for update skip locked) returning 1)
  select (select count(*) from gone)::integer + (select count(*) from days)::integer + (select count(*) from sites)::integer
  $$;

reset role;
