-- Tokens that show the summary of one partner in a product of the provider, for a quarter of an hour at most. Only their digests are kept; those that ended are known for a day more, so that their use is recorded with their partner, and go when the next is made (D12).
create table public.dashboard_token (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  token_hash bytea not null,
  made_with uuid not null,
  made_at timestamp with time zone not null default statement_timestamp(),
  ends_at timestamp with time zone not null,
  constraint dashboard_token_made_with_fkey FOREIGN KEY (made_with) REFERENCES public.ingest_key(id),
  constraint dashboard_token_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint dashboard_token_pkey PRIMARY KEY (id),
  constraint dashboard_token_short CHECK (((ends_at > made_at) AND (ends_at <= (made_at + '00:15:00'::interval)))),
  constraint dashboard_token_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  constraint dashboard_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX dashboard_token_ends_at_idx ON public.dashboard_token USING btree (ends_at);
CREATE INDEX dashboard_token_made_with_idx ON public.dashboard_token USING btree (made_with);
CREATE INDEX dashboard_token_partner_id_idx ON public.dashboard_token USING btree (partner_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.dashboard_token REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.dashboard_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.dashboard_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.dashboard_token enable row level security, force row level security;
create policy deciding on public.dashboard_token for select to liaison_authz
  using (true);
create policy dropping on public.dashboard_token for delete to liaison_authz
  using ((ends_at < (statement_timestamp() - '1 day'::interval)));
create policy making on public.dashboard_token for insert to liaison_authz
  with check (true);
grant delete, insert, select on public.dashboard_token to liaison_authz;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.dashboard_facts(of_partner uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('now', statement_timestamp(),
    'partner', (select jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status) from public.partner p where p.id = of_partner),
    'setting', (select jsonb_build_object('embeds_dashboard', s.embeds_dashboard, 'dashboard_origins', to_jsonb(s.dashboard_origins)) from public.program_setting s order by s.version desc limit 1),
    'freezes', (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope)), '[]') from public.access_freeze f
      where f.lifted_at is null and f.scope in ('platform', 'partner') and f.tenant_id is null and (f.partner_id is null or f.partner_id = of_partner)))
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.dashboard_figures(of_partner uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  first_month date := date_trunc('month', access.program_day(statement_timestamp())::timestamp) - interval '11 months';
  since timestamptz := access.program_day_begins(first_month);
begin
  return jsonb_build_object(
    'code', (select c.code from public.referral_code c where c.partner_id = of_partner and c.state = 'active' and c.starts_at <= statement_timestamp()
      and (c.expires_at is null or c.expires_at > statement_timestamp()) and (c.usage_limit is null or c.used_count < c.usage_limit) order by c.created_at, c.id limit 1),
    'clicks', (select coalesce(sum(d.clicks), 0) from public.referral_click_day d where d.partner_id = of_partner and d.day >= first_month),
    'sign_ups', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.referred_at >= since),
    'paying', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.locked_at is not null and r.referred_at >= since),
    'money', (select coalesce(jsonb_agg(jsonb_build_object('currency', m.currency, 'earned_minor', m.earned, 'waiting_minor', m.waiting, 'paid_minor', m.paid) order by m.currency), '[]')
      from (select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state <> 'void'), 0) as earned,
          coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0) as waiting, coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0) as paid
        from public.earning e where e.partner_id = of_partner group by e.currency) m),
    'today', access.program_day(statement_timestamp()),
    'payout_day', (select p.payout_day from public.payout_policy p order by p.version desc limit 1));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.dashboard_origins()
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_embed' then
    raise exception 'this login shows no dashboard' using errcode = 'insufficient_privilege';
  end if;
  return (select case when s.embeds_dashboard then s.dashboard_origins else '{}' end from public.program_setting s order by s.version desc limit 1);
end
$function$;
grant execute on access.dashboard_origins() to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_dashboard_key(key uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.ingest_key k where k.id = key and k.makes_dashboard_tokens and k.revoked_at is null and k.ends_at > statement_timestamp()) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.make_dashboard_token(of_partner uuid, hash bytea, seconds integer)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  facts jsonb := access.prepare_dashboard(of_partner);
  until timestamptz;
begin
  if not coalesce((facts ->> 'is_key_in_force')::boolean and access.may_have_dashboard(facts), false) then
    raise exception 'no dashboard is shown of this partner' using errcode = 'insufficient_privilege';
  end if;
  -- One transaction sweeps at a time; the others do not wait for it.
  if pg_try_advisory_xact_lock(hashtextextended('dashboard_token', 0)) then
    delete from public.dashboard_token t where t.id in (select x.id from public.dashboard_token x where x.ends_at < statement_timestamp() - interval '1 day' order by x.ends_at limit 100);
  end if;
  insert into public.dashboard_token (partner_id, token_hash, made_with, ends_at)
  values (of_partner, hash, access.context_id('actor_id'), statement_timestamp() + make_interval(secs => seconds))
  returning ends_at into until;
  return until;
end
$function$;
grant execute on access.make_dashboard_token(uuid,bytea,integer) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_have_dashboard(facts jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((facts -> 'setting' ->> 'embeds_dashboard')::boolean and jsonb_array_length(facts -> 'setting' -> 'dashboard_origins') > 0
    and facts -> 'partner' ->> 'status' = 'active' and jsonb_array_length(facts -> 'freezes') = 0, false)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.prepare_dashboard(of_partner uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not coalesce(session_user = 'liaison_ingest' and access.context_plane() in ('ingest', 'dashboard'), false) then
    raise exception 'the provider''s own systems alone ask for a dashboard' using errcode = 'insufficient_privilege';
  end if;
  -- A key that may not make tokens learns nothing of partners or settings.
  if not access.is_dashboard_key(access.context_id('actor_id')) then
    return jsonb_build_object('is_key_in_force', false);
  end if;
  return access.dashboard_facts(of_partner) || jsonb_build_object('is_key_in_force', true);
end
$function$;
grant execute on access.prepare_dashboard(uuid) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.show_dashboard(hash bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  found_token public.dashboard_token;
  facts jsonb;
  is_key_in_force boolean;
begin
  if session_user <> 'liaison_embed' then
    raise exception 'this login shows no dashboard' using errcode = 'insufficient_privilege';
  end if;
  select t.* into found_token from public.dashboard_token t where t.token_hash = hash;
  if not found then
    return null;
  end if;
  is_key_in_force := access.is_dashboard_key(found_token.made_with);
  facts := access.dashboard_facts(found_token.partner_id)
    || jsonb_build_object('token', jsonb_build_object('ends_at', found_token.ends_at, 'is_key_in_force', is_key_in_force));
  if found_token.ends_at > statement_timestamp() and is_key_in_force and access.may_have_dashboard(facts) then
    return facts || jsonb_build_object('figures', access.dashboard_figures(found_token.partner_id));
  end if;
  return facts;
end
$function$;
grant execute on access.show_dashboard(bytea) to liaison_embed;
