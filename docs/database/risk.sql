-- Domains at which anybody gets a mailbox: free ones say nothing about who somebody works for, disposable ones nothing about who somebody is (D5).
create table public.mail_domain (
  domain text not null,
  kind text not null,
  constraint mail_domain_domain_check CHECK (((domain = lower(domain)) AND (domain ~ '^[a-z0-9.-]+\.[a-z]{2,}$'::text))),
  constraint mail_domain_kind_check CHECK ((kind = ANY (ARRAY['free'::text, 'disposable'::text]))),
  constraint mail_domain_pkey PRIMARY KEY (domain)
);
alter table public.mail_domain enable row level security, force row level security;
create policy catalogue on public.mail_domain for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy deciding on public.mail_domain for select to liaison_authz
  using (true);
grant select on public.mail_domain to liaison_authz;
grant select on public.mail_domain to liaison_platform;

-- A sign-up or a payout account that looks wrong, with what was seen and what somebody decided about it. Partners read the category alone, through access.risk_category (D5).
create table public.risk_case (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  program_id uuid not null,
  tenant_id uuid,
  code_id uuid,
  click_id uuid,
  referral_id uuid,
  outcome text not null,
  rules text[] not null,
  category text not null,
  evidence jsonb not null default '[]'::jsonb,
  state text not null default 'open'::text,
  opened_by_name text,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  reason text,
  version integer not null default 1,
  created_at timestamp with time zone not null default statement_timestamp(),
  constraint risk_case_category_check CHECK ((category = ANY (ARRAY['relationship'::text, 'payout_account'::text, 'sign_up'::text, 'traffic'::text, 'review'::text]))),
  constraint risk_case_check CHECK (((state = 'open'::text) = (decided_at IS NULL))),
  constraint risk_case_check1 CHECK ((((decided_at IS NULL) = (decided_by IS NULL)) AND ((decided_at IS NULL) = (decided_by_name IS NULL)) AND ((decided_at IS NULL) = (reason IS NULL)))),
  constraint risk_case_evidence_check CHECK ((jsonb_typeof(evidence) = 'array'::text)),
  constraint risk_case_outcome_check CHECK ((outcome = ANY (ARRAY['flag'::text, 'hold'::text, 'block'::text]))),
  constraint risk_case_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint risk_case_partner_id_id_key UNIQUE (partner_id, id),
  constraint risk_case_pkey PRIMARY KEY (id),
  constraint risk_case_program_id_fkey FOREIGN KEY (program_id) REFERENCES public.program(id),
  constraint risk_case_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint risk_case_rules_check CHECK (((cardinality(rules) >= 1) AND (cardinality(rules) <= 8))),
  constraint risk_case_state_check CHECK ((state = ANY (ARRAY['open'::text, 'released'::text, 'confirmed'::text]))),
  constraint risk_case_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX risk_case_referral_id_idx ON public.risk_case USING btree (referral_id) WHERE (referral_id IS NOT NULL);
CREATE INDEX risk_case_state_created_at_idx ON public.risk_case USING btree (state, created_at);
CREATE INDEX risk_case_tenant_id_idx ON public.risk_case USING btree (tenant_id) WHERE (tenant_id IS NOT NULL);
CREATE UNIQUE INDEX risk_case_one_open ON public.risk_case USING btree (partner_id, tenant_id) WHERE ((state = 'open'::text) AND (tenant_id IS NOT NULL));
CREATE UNIQUE INDEX risk_case_one_open_of_partner ON public.risk_case USING btree (partner_id) WHERE ((state = 'open'::text) AND (tenant_id IS NULL));
CREATE TRIGGER audited_delete AFTER DELETE ON public.risk_case REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.risk_case REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.risk_case REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_risk_case BEFORE INSERT OR UPDATE ON public.risk_case FOR EACH ROW EXECUTE FUNCTION private.enforce_risk_case();
CREATE TRIGGER follow_risk_case AFTER INSERT OR UPDATE ON public.risk_case FOR EACH ROW EXECUTE FUNCTION private.follow_risk_case();
CREATE TRIGGER no_removal BEFORE DELETE ON public.risk_case FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.risk_case FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.risk_case enable row level security, force row level security;
create policy deciding on public.risk_case for select to liaison_authz
  using (true);
create policy keeping on public.risk_case for all to liaison_owner
  using (true)
  with check (true);
create policy provider_decides on public.risk_case for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy provider_opens on public.risk_case for insert to liaison_platform
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (rules = ARRAY['manual'::text]) AND (outcome = 'hold'::text) AND (category = 'review'::text) AND (state = 'open'::text)));
create policy provider_read on public.risk_case for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.risk_case to liaison_authz;
grant select on public.risk_case to liaison_platform;
grant insert (partner_id, program_id, tenant_id, referral_id, outcome, rules, category, evidence) on public.risk_case to liaison_platform;
grant update (state, reason, version) on public.risk_case to liaison_platform;

-- What happened to a case, written by the case itself, for good.
create table public.risk_event (
  id uuid not null default uuidv7(),
  case_id uuid not null,
  partner_id uuid not null,
  action text not null,
  actor_name text,
  details jsonb not null default '{}'::jsonb,
  occurred_at timestamp with time zone not null default clock_timestamp(),
  constraint risk_event_action_check CHECK ((action = ANY (ARRAY['flagged'::text, 'attached'::text, 'released'::text, 'confirmed'::text]))),
  constraint risk_event_partner_id_case_id_fkey FOREIGN KEY (partner_id, case_id) REFERENCES public.risk_case(partner_id, id),
  constraint risk_event_pkey PRIMARY KEY (id)
);
CREATE INDEX risk_event_case_id_occurred_at_idx ON public.risk_event USING btree (case_id, occurred_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.risk_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.risk_event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.risk_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.risk_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.risk_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.risk_event enable row level security, force row level security;
create policy deciding on public.risk_event for select to liaison_authz
  using (true);
create policy keeping on public.risk_event for insert to liaison_owner
  with check (true);
create policy provider_side on public.risk_event for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.risk_event to liaison_authz;
grant select on public.risk_event to liaison_platform;

-- What a program does about a sign-up that looks wrong: every version of every rule, the newest counts (D5).
create table public.risk_rule (
  program_id uuid not null,
  rule text not null,
  number integer not null,
  effect text not null,
  settings jsonb not null default '{}'::jsonb,
  reason text,
  set_by_name text not null,
  created_at timestamp with time zone not null default statement_timestamp(),
  constraint risk_rule_effect_check CHECK ((effect = ANY (ARRAY['off'::text, 'flag'::text, 'hold'::text, 'block'::text]))),
  constraint risk_rule_number_check CHECK ((number >= 1)),
  constraint risk_rule_pkey PRIMARY KEY (program_id, rule, number),
  constraint risk_rule_program_id_fkey FOREIGN KEY (program_id) REFERENCES public.program(id),
  constraint risk_rule_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint risk_rule_rule_check CHECK ((rule = ANY (ARRAY['own_address'::text, 'own_member'::text, 'shared_payout_account'::text, 'disposable_address'::text, 'own_network'::text, 'hasty_sign_up'::text, 'banned_source'::text]))),
  constraint risk_rule_settings_check CHECK (((jsonb_typeof(settings) = 'object'::text) AND (pg_column_size(settings) < 8192)))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.risk_rule FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.risk_rule FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.risk_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.risk_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.risk_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.risk_rule FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.risk_rule enable row level security, force row level security;
create policy deciding on public.risk_rule for select to liaison_authz
  using (true);
create policy provider_side on public.risk_rule for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.risk_rule to liaison_authz;
grant select on public.risk_rule to liaison_platform;
grant insert (program_id, rule, number, effect, settings, reason, set_by_name) on public.risk_rule to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.addresses_of_partner(of_partner uuid)
 RETURNS TABLE(address text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select lower(p.email) from public.partner_member m join public.person p on p.id = m.person_id where m.partner_id = of_partner and m.status = 'active'
  union
  select p.contact_email from public.partner p where p.id = of_partner and p.contact_email is not null
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.addresses_of_tenant(of_tenant uuid, facts jsonb)
 RETURNS TABLE(address text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select lower(p.email) from public.tenant_member m join public.person p on p.id = m.person_id
  where m.tenant_id = of_tenant and m.role = 'TENANT_ADMIN' and m.status = 'active'
  union
  select lower(t.contact ->> 'email') from public.tenant t where t.id = of_tenant and t.contact ->> 'email' like '%_@_%'
  union
  select lower(facts ->> 'contact_email') where facts ->> 'contact_email' like '%_@_%'
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_of_earning(of_partner uuid, of_referral uuid, since timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when not access.is_in_own_plane() or of_referral is null then null
    when exists (select from public.risk_case c where c.partner_id = of_partner and c.state = 'confirmed' and c.decided_at >= since and (c.referral_id = of_referral or c.tenant_id is null)) then 'confirmed'
    when exists (select from access.held_referrals(array[of_referral])) then 'open' end
  $function$;
grant execute on access.check_of_earning(uuid,uuid,timestamp with time zone) to liaison_owner;
grant execute on access.check_of_earning(uuid,uuid,timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.domain_of(address text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select nullif(lower(substring(address from '@([^@]+)$')), '') $function$;
grant execute on access.domain_of(text) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.held_referrals(referrals uuid[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  return query
    select c.referral_id from public.risk_case c
    where c.referral_id = any (referrals) and c.state = 'open' and c.outcome in ('hold', 'block')
    union
    select r.id from public.referral r
    where r.id = any (referrals) and r.partner_id in (
      select c.partner_id from public.risk_case c where c.tenant_id is null and c.state = 'open' and c.outcome in ('hold', 'block'));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_partner_person(of_partner uuid, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.partner_member m where m.partner_id = of_partner and m.person_id = person and m.status = 'active') $function$;
grant execute on access.is_partner_person(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.network_of(address inet)
 RETURNS inet
 LANGUAGE sql
 IMMUTABLE
RETURN (network(set_masklen(address, CASE family(address) WHEN 4 THEN 24 ELSE 48 END)))::inet;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.network_of(address text)
 RETURNS cidr
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  given inet;
  bits integer;
begin
  given := address::inet;
  bits := case family(given) when 4 then 24 else 48 end;
  return case when masklen(given) >= bits then network(set_masklen(given, bits)) end;
exception when others then
  return null;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.referral_on_hold(referral uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.is_in_own_plane() and exists (select from access.held_referrals(array[referral_on_hold.referral]))
$function$;
grant execute on access.referral_on_hold(uuid) to liaison_ingest;
grant execute on access.referral_on_hold(uuid) to liaison_job;
grant execute on access.referral_on_hold(uuid) to liaison_owner;
grant execute on access.referral_on_hold(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.referrals_of_case(of_case uuid)
 RETURNS TABLE(referral_id uuid, is_locked boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select r.id, r.locked_at is not null
  from public.risk_case c join public.referral r on r.partner_id = c.partner_id and r.voided_at is null and (r.id = c.referral_id or c.tenant_id is null)
  where c.id = of_case
  $function$;
grant execute on access.referrals_of_case(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_banned_source(of_click uuid, settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(
    (select jsonb_build_object('referrer', c.referrer_host) from jsonb_array_elements_text(settings -> 'referrers') banned (host)
     where lower(c.referrer_host) = banned.host or lower(c.referrer_host) like '%.' || banned.host limit 1),
    (select jsonb_build_object('parameter', m.mark)
     from jsonb_array_elements_text(settings -> 'parameters') m (mark)
     cross join lateral (select split_part(m.mark, '=', 1) as name, nullif(split_part(m.mark, '=', 2), '') as value) part
     cross join lateral (
       select coalesce(c.utm ->> part.name, c.utm ->> regexp_replace(part.name, '^utm_', ''), substring(c.landing from '[?&]' || part.name || '=([^&#]*)')) as given) found
     where found.given is not null and (part.value is null or lower(found.given) = part.value) order by m.mark limit 1))
  from public.referral_click c where c.id = of_click
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_category(referral uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_partner uuid;
begin
  select r.partner_id into of_partner from public.referral r where r.id = risk_category.referral;
  if not access.is_in_own_plane() or (session_user = 'liaison_program' and of_partner is distinct from access.own_partner()) then
    return null;
  end if;
  return (
    select c.category from public.risk_case c
    where c.partner_id = of_partner and c.state <> 'released' and c.outcome <> 'flag' and (c.referral_id = risk_category.referral or (c.tenant_id is null and c.state = 'open'))
    order by c.created_at desc limit 1);
end
$function$;
grant execute on access.risk_category(uuid) to liaison_job;
grant execute on access.risk_category(uuid) to liaison_owner;
grant execute on access.risk_category(uuid) to liaison_platform;
grant execute on access.risk_category(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_defaults()
 RETURNS TABLE(rule text, place integer, category text, effect text, settings jsonb)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  values
    ('own_address', 1, 'relationship', 'block', '{}'::jsonb),
    ('own_member', 2, 'relationship', 'block', '{}'),
    ('shared_payout_account', 3, 'payout_account', 'hold', '{}'),
    ('disposable_address', 4, 'sign_up', 'hold', '{"domains": []}'),
    ('own_network', 5, 'relationship', 'hold', '{"days": 30}'),
    ('hasty_sign_up', 6, 'sign_up', 'hold', '{"seconds": 3, "clicks_per_hour": 100}'),
    ('banned_source', 7, 'traffic', 'hold', '{"referrers": [], "parameters": ["gclid", "gbraid", "wbraid", "msclkid", "fbclid", "ttclid", "utm_medium=cpc", "utm_medium=ppc"]}')
  $function$;
grant execute on access.risk_defaults() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_disposable_address(of_tenant uuid, facts jsonb, settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('domain', access.domain_of(a.address))
  from access.addresses_of_tenant(of_tenant, facts) a
  where exists (select from public.mail_domain d where d.kind = 'disposable' and (d.domain = access.domain_of(a.address) or access.domain_of(a.address) like '%.' || d.domain))
    or coalesce(settings -> 'domains', '[]') ? access.domain_of(a.address)
  order by a.address limit 1
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_findings(of_partner uuid, of_tenant uuid, of_program uuid, sign_up jsonb)
 RETURNS TABLE(rule text, place integer, category text, number integer, effect text, evidence jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 7
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  set_so record;
  facts jsonb := coalesce(sign_up -> 'facts', '{}');
  click uuid := (sign_up ->> 'click_id')::uuid;
  signed_up_at timestamptz := (sign_up ->> 'at')::timestamptz;
begin
  for set_so in select * from access.risk_rules(of_program) r where r.effect <> 'off' loop
    evidence := case set_so.rule
      when 'own_address' then access.risk_own_address(of_partner, of_tenant, facts)
      when 'own_member' then access.risk_own_member(of_partner, of_tenant)
      when 'shared_payout_account' then access.risk_shared_payout_account(of_partner)
      when 'disposable_address' then access.risk_disposable_address(of_tenant, facts, set_so.settings)
      when 'own_network' then access.risk_own_network(of_partner, facts, set_so.settings, signed_up_at)
      when 'hasty_sign_up' then access.risk_hasty_sign_up(click, set_so.settings, signed_up_at)
      when 'banned_source' then access.risk_banned_source(click, set_so.settings) end;
    if evidence is not null then
      rule := set_so.rule;
      place := set_so.place;
      category := set_so.category;
      number := set_so.number;
      effect := set_so.effect;
      return next;
    end if;
  end loop;
end
$function$;
grant execute on access.risk_findings(uuid,uuid,uuid,jsonb) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_hasty_sign_up(of_click uuid, settings jsonb, at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  click public.referral_click;
  seconds numeric;
  clicks bigint;
begin
  select * into click from public.referral_click c where c.id = of_click;
  if click.id is null then
    return null;
  end if;
  seconds := round(extract(epoch from risk_hasty_sign_up.at - click.occurred_at), 1);
  if seconds < (settings ->> 'seconds')::numeric then
    return jsonb_build_object('seconds', seconds);
  end if;
  select count(*) into clicks from public.referral_click c
  where c.ip_prefix_hash = click.ip_prefix_hash and c.partner_id = click.partner_id and c.occurred_at > click.occurred_at - interval '1 hour' and c.occurred_at <= click.occurred_at;
  return case when clicks > (settings ->> 'clicks_per_hour')::bigint then jsonb_build_object('clicks_per_hour', clicks) end;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_own_address(of_partner uuid, of_tenant uuid, facts jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with theirs as (select address from access.addresses_of_partner(of_partner)),
  known as (select address from access.addresses_of_tenant(of_tenant, facts)),
  domains as (
    select access.domain_of(address) as domain from known
    union
    select lower(t.domain) from public.tenant t where t.id = of_tenant and t.domain is not null
  )
  select coalesce(
    (select jsonb_build_object('match', 'address', 'domain', access.domain_of(k.address)) from known k join theirs x on x.address = k.address limit 1),
    (select jsonb_build_object('match', 'domain', 'domain', d.domain) from domains d join theirs x on access.domain_of(x.address) = d.domain
     where not exists (select from public.mail_domain f where f.domain = d.domain and f.kind = 'free') order by 1 limit 1))
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_own_member(of_partner uuid, of_tenant uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when count(*) > 0 then jsonb_build_object('members', jsonb_agg(n.name order by n.name)) end
  from public.partner_member m
  join public.tenant_member t on t.person_id = m.person_id and t.tenant_id = of_tenant and t.status = 'active'
  join public.person n on n.id = m.person_id
  where m.partner_id = of_partner and m.status = 'active'
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_own_network(of_partner uuid, facts jsonb, settings jsonb, at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('network', access.network_of(facts ->> 'ip_prefix'), 'member', n.name, 'seen_at', max(s.seen_at))
  from public.partner_member m
  join public.person n on n.id = m.person_id
  join public.session s on s.person_id = m.person_id
  where m.partner_id = of_partner and m.status = 'active' and s.ip is not null and access.network_of(facts ->> 'ip_prefix') is not null
    and s.seen_at > risk_own_network.at - make_interval(days => coalesce((settings ->> 'days')::integer, 30))
    and s.ip <<= access.network_of(facts ->> 'ip_prefix')
  group by n.name order by max(s.seen_at) desc limit 1
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_rules(of_program uuid)
 RETURNS TABLE(rule text, place integer, category text, number integer, effect text, settings jsonb, reason text, set_by_name text, set_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select d.rule, d.place, d.category, coalesce(r.number, 0), coalesce(r.effect, d.effect), d.settings || coalesce(r.settings, '{}'), r.reason, r.set_by_name, r.created_at
  from access.risk_defaults() d
  left join lateral (select * from public.risk_rule x where x.program_id = of_program and x.rule = d.rule order by x.number desc limit 1) r on true
  where session_user <> 'liaison_platform' or access.context_plane() = 'platform'
  $function$;
grant execute on access.risk_rules(uuid) to liaison_owner;
grant execute on access.risk_rules(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.risk_shared_payout_account(of_partner uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when count(*) > 0 then jsonb_build_object('partners', jsonb_agg(p.name order by p.name)) end
  from public.payout_account own
  join public.payout_account other on other.fingerprint = own.fingerprint and other.partner_id <> own.partner_id and other.ended_at is null
  join public.partner p on p.id = other.partner_id
  where own.partner_id = of_partner and own.ended_at is null
  $function$;
grant execute on access.risk_shared_payout_account(uuid) to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.assess_payout_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  of_program uuid := (select p.id from program p where p.code = 'standard');
  set_so record;
  seen jsonb;
  made uuid;
begin
  if new.ended_at is not null then
    return null;
  end if;
  select * into set_so from access.risk_rules(of_program) r where r.rule = 'shared_payout_account' and r.effect <> 'off';
  seen := access.risk_shared_payout_account(new.partner_id);
  if set_so.rule is null or seen is null then
    return null;
  end if;
  insert into risk_case as c (partner_id, program_id, outcome, rules, category, evidence)
  values (new.partner_id, of_program, case set_so.effect when 'flag' then 'flag' else 'hold' end, array[set_so.rule], set_so.category,
    jsonb_build_array(jsonb_build_object('rule', set_so.rule, 'effect', set_so.effect, 'version', set_so.number, 'facts', seen)))
  on conflict do nothing returning c.id into made;
  if made is not null then
    perform private.tell_of_risk(made);
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.assess_sign_up(partner uuid, tenant uuid, code uuid, click uuid, at timestamp with time zone)
 RETURNS TABLE(outcome text, rules text[])
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select * from private.assess_sign_up(partner, tenant, code, click, at, '{}'::jsonb) $function$;
grant execute on private.assess_sign_up(uuid,uuid,uuid,uuid,timestamp with time zone) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.assess_sign_up(partner uuid, tenant uuid, code uuid, click uuid, at timestamp with time zone, facts jsonb)
 RETURNS TABLE(outcome text, rules text[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  of_program uuid := (select p.id from program p where p.code = 'standard');
  seen jsonb;
  kind text;
  made uuid;
begin
  select case max(case f.effect when 'block' then 3 when 'hold' then 2 else 1 end) when 3 then 'block' when 2 then 'hold' when 1 then 'flag' else 'clear' end,
    coalesce(array_agg(f.rule order by f.place), '{}'),
    jsonb_agg(jsonb_build_object('rule', f.rule, 'effect', f.effect, 'version', f.number, 'facts', f.evidence) order by f.place),
    (array_agg(f.category order by case f.effect when 'block' then 0 when 'hold' then 1 else 2 end, f.place))[1]
  into outcome, rules, seen, kind
  from access.risk_findings(partner, tenant, of_program, jsonb_build_object('code_id', code, 'click_id', click, 'at', at, 'facts', facts)) f;
  if outcome <> 'clear' then
    insert into risk_case as c (partner_id, program_id, tenant_id, code_id, click_id, outcome, rules, category, evidence)
    values (partner, of_program, tenant, code, click, assess_sign_up.outcome, assess_sign_up.rules, kind, seen)
    on conflict do nothing returning c.id into made;
    if made is not null then
      perform private.tell_of_risk(made);
    end if;
  end if;
  return next;
end
$function$;
grant execute on private.assess_sign_up(uuid,uuid,uuid,uuid,timestamp with time zone,jsonb) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.attach_risk_case()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update risk_case c set referral_id = new.id where c.partner_id = new.partner_id and c.tenant_id = new.tenant_id and c.state = 'open' and c.referral_id is null;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_returned_earnings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  about record;
begin
  for about in
    select b.partner_id, b.referral_id, min(b.state_changed_at) as since
    from after a join before b on b.id = a.id
    where b.state = 'in_payout' and a.state = 'approved' and b.referral_id is not null and exists (select from risk_case c where c.partner_id = b.partner_id and c.state <> 'released')
    group by 1, 2 order by 2
  loop
    case access.check_of_earning(about.partner_id, about.referral_id, about.since)
      when 'confirmed' then perform private.void_earnings(about.referral_id, 'It did not pass a check.');
      when 'open' then perform private.hold_earnings(about.referral_id, 'A check is under way.');
      else null;
    end case;
  end loop;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_referral(of_referral uuid, is_locked boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ended referral;
begin
  if is_locked then
    insert into referral_block (referral_id, partner_id, tenant_id, reason, decided_by, decided_by_name)
    select r.id, r.partner_id, r.tenant_id, 'It did not pass a check.', access.context_id('actor_id'), coalesce(access.context() ->> 'actor_name', '') from referral r where r.id = of_referral
    on conflict do nothing;
  else
    update referral r set voided_at = statement_timestamp(), voided_by = access.context_id('actor_id'), voided_by_name = coalesce(access.context() ->> 'actor_name', ''),
      void_reason = 'It did not pass a check.'
    where r.id = of_referral;
  end if;
  if found and access.context() is not null then
    select * into ended from referral r where r.id = of_referral;
    perform audit.record(jsonb_build_object('action', case when is_locked then 'program.referral.blocked' else 'program.referral.voided' end, 'partner_id', ended.partner_id, 'tenant_id', ended.tenant_id,
      'resource_type', 'referral', 'resource_id', ended.id));
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_risk_case()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    if new.state <> 'open' then
      raise exception 'a case begins open' using errcode = 'check_violation', constraint = 'risk_case_transition';
    end if;
    if session_user = 'liaison_platform' and 'manual' = any (new.rules) then
      new.opened_by_name := access.context() ->> 'actor_name';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.tenant_id, new.code_id, new.click_id, new.outcome, new.rules, new.category, new.evidence, new.created_at, new.opened_by_name)
    is distinct from (old.id, old.partner_id, old.program_id, old.tenant_id, old.code_id, old.click_id, old.outcome, old.rules, old.category, old.evidence, old.created_at, old.opened_by_name)
    or (old.referral_id is not null and new.referral_id is distinct from old.referral_id) then
    raise exception 'a case keeps what was seen' using errcode = 'check_violation', constraint = 'risk_case_identity';
  end if;
  if new.state = old.state then
    if old.state <> 'open' then
      raise exception 'a decided case is history' using errcode = 'check_violation', constraint = 'risk_case_transition';
    end if;
    return new;
  end if;
  if side is not null and not exists (select from state_transition t where t.entity = 'risk_case' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a case from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'risk_case_transition';
  end if;
  if access.is_partner_person(new.partner_id, access.context_id('actor_id')) then
    raise exception 'nobody decides about their own partner' using errcode = 'check_violation', constraint = 'risk_case_own_partner';
  end if;
  new.decided_at := statement_timestamp();
  new.decided_by := coalesce(access.context_id('actor_id'), new.decided_by);
  new.decided_by_name := coalesce(access.context() ->> 'actor_name', new.decided_by_name);
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_risk_case()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  about record;
begin
  -- Whoever takes payments of the partner looked at its cases before or after this one: what is earned now is held, or void, as well.
  perform access.lock_ledger(array[new.partner_id]);
  if tg_op = 'INSERT' then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, 'flagged', coalesce(new.opened_by_name, access.context() ->> 'actor_name'), jsonb_build_object('outcome', new.outcome, 'rules', new.rules));
  elsif new.state <> old.state then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, new.state, new.decided_by_name, jsonb_build_object('reason', new.reason));
  elsif new.referral_id is distinct from old.referral_id then
    insert into risk_event (case_id, partner_id, action, actor_name) values (new.id, new.partner_id, 'attached', access.context() ->> 'actor_name');
  else
    return null;
  end if;
  for about in select * from access.referrals_of_case(new.id) loop
    if new.state = 'open' and new.outcome in ('hold', 'block') then
      perform private.hold_earnings(about.referral_id, 'A check is under way.');
    elsif new.state = 'released' and new.outcome in ('hold', 'block') and not access.referral_on_hold(about.referral_id) then
      perform private.release_earnings(about.referral_id);
    elsif new.state = 'confirmed' then
      perform private.void_earnings(about.referral_id, 'It did not pass a check.');
      if new.tenant_id is not null then
        perform private.end_referral(about.referral_id, about.is_locked);
      end if;
    end if;
  end loop;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.tell_of_risk(of_case uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  flagged risk_case;
begin
  select * into flagged from risk_case c where c.id = of_case;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'program.risk.flagged', 'partner_id', flagged.partner_id, 'resource_type', 'risk_case', 'resource_id', flagged.id,
      'changes', jsonb_build_object('category', jsonb_build_object('after', flagged.category), 'outcome', jsonb_build_object('after', flagged.outcome))));
  end if;
end
$function$;
