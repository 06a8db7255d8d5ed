set role liaison_owner;

create table mail_domain (
  domain text primary key check (domain = lower(domain) and domain ~ '^[a-z0-9.-]+\.[a-z]{2,}$'),
  kind text not null check (kind in ('free', 'disposable'))
);
comment on table mail_domain is 'Domains at which anybody gets a mailbox: free ones say nothing about who somebody works for, disposable ones nothing about who somebody is (D5).';
call private.protect('mail_domain');
create policy catalogue on mail_domain for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on mail_domain to liaison_platform;

create table risk_rule (
  program_id uuid not null references program (id),
  rule text not null check (rule in ('own_address', 'own_member', 'shared_payout_account', 'disposable_address', 'own_network', 'hasty_sign_up', 'banned_source')),
  number integer not null check (number >= 1),
  effect text not null check (effect in ('off', 'flag', 'hold', 'block')),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object' and pg_column_size(settings) < 8192),
  reason text check (char_length(reason) between 1 and 500),
  set_by_name text not null,
  created_at timestamptz not null default statement_timestamp(),
  primary key (program_id, rule, number)
);
comment on table risk_rule is 'What a program does about a sign-up that looks wrong: every version of every rule, the newest counts (D5).';
comment on column risk_rule.effect is 'off: nothing is looked at; flag: somebody looks at it; hold: earnings wait until somebody did; block: no referral comes of it.';
comment on column risk_rule.reason is 'Why the provider set it so. Partners never read it.';
call private.protect('risk_rule');
call private.audit_changes('risk_rule', false);
create trigger append_only before update or delete on risk_rule for each row execute function private.refuse_change();
create trigger no_truncate before truncate on risk_rule for each statement execute function private.refuse_change();
create policy provider_side on risk_rule to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert (program_id, rule, number, effect, settings, reason, set_by_name) on risk_rule to liaison_platform;

create table risk_case (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  program_id uuid not null references program (id),
  tenant_id uuid references tenant (id),
  code_id uuid,
  click_id uuid,
  referral_id uuid,
  outcome text not null check (outcome in ('flag', 'hold', 'block')),
  rules text[] not null check (cardinality(rules) between 1 and 8),
  category text not null check (category in ('relationship', 'payout_account', 'sign_up', 'traffic', 'review')),
  evidence jsonb not null default '[]' check (jsonb_typeof(evidence) = 'array'),
  state text not null default 'open' check (state in ('open', 'released', 'confirmed')),
  opened_by_name text,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  reason text check (char_length(reason) between 1 and 500),
  version integer not null default 1,
  created_at timestamptz not null default statement_timestamp(),
  unique (partner_id, id),
  check ((state = 'open') = (decided_at is null)),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (decided_by_name is null) and (decided_at is null) = (reason is null))
);
comment on table risk_case is 'A sign-up or a payout account that looks wrong, with what was seen and what somebody decided about it. Partners read the category alone, through access.risk_category (D5).';
comment on column risk_case.tenant_id is 'The tenant that signed up; null for a case about the partner as a whole.';
comment on column risk_case.referral_id is 'The referral that came of the sign-up; null while there is none, and for good when it was blocked.';
comment on column risk_case.evidence is 'What was seen: for each rule its effect, its version and the facts. For the provider alone.';
create unique index risk_case_one_open on risk_case (partner_id, tenant_id) where state = 'open' and tenant_id is not null;
create unique index risk_case_one_open_of_partner on risk_case (partner_id) where state = 'open' and tenant_id is null;
create index on risk_case (state, created_at);
create index on risk_case (referral_id) where referral_id is not null;
create index on risk_case (tenant_id) where tenant_id is not null;
call private.protect('risk_case');
call private.audit_changes('risk_case', false);
create trigger no_removal before delete on risk_case for each row execute function private.refuse_change();
create trigger no_truncate before truncate on risk_case for each statement execute function private.refuse_change();
create policy provider_read on risk_case for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy provider_decides on risk_case for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_opens on risk_case for insert to liaison_platform with check ((select access.context_plane()) = 'platform' and rules = array['manual'] and outcome = 'hold' and category = 'review' and state = 'open');
create policy keeping on risk_case to liaison_owner using (true) with check (true);
grant select on risk_case to liaison_platform;
grant insert (partner_id, program_id, tenant_id, referral_id, outcome, rules, category, evidence) on risk_case to liaison_platform;
grant update (state, reason, version) on risk_case to liaison_platform;

create table risk_event (
  id uuid primary key default uuidv7(),
  case_id uuid not null,
  partner_id uuid not null,
  action text not null check (action in ('flagged', 'attached', 'released', 'confirmed')),
  actor_name text,
  details jsonb not null default '{}',
  occurred_at timestamptz not null default clock_timestamp(),
  foreign key (partner_id, case_id) references risk_case (partner_id, id)
);
comment on table risk_event is 'What happened to a case, written by the case itself, for good.';
create index on risk_event (case_id, occurred_at);
call private.protect('risk_event');
call private.audit_changes('risk_event', false);
create trigger append_only before update or delete on risk_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on risk_event for each statement execute function private.refuse_change();
create policy provider_side on risk_event for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy keeping on risk_event for insert to liaison_owner with check (true);
grant select on risk_event to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('risk_case', 'open', 'released', 'release', 'provider'),
  ('risk_case', 'open', 'confirmed', 'confirm', 'provider');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- What a rule does when nobody has set it: the first two refuse the referral, the others make its earnings wait.
create function access.risk_defaults() returns table (rule text, place integer, category text, effect text, settings jsonb)
  language sql immutable
  set search_path = pg_catalog
  as $$
  values
    ('own_address', 1, 'relationship', 'block', '{}'::jsonb),
    ('own_member', 2, 'relationship', 'block', '{}'),
    ('shared_payout_account', 3, 'payout_account', 'hold', '{}'),
    ('disposable_address', 4, 'sign_up', 'hold', '{"domains": []}'),
    ('own_network', 5, 'relationship', 'hold', '{"days": 30}'),
    ('hasty_sign_up', 6, 'sign_up', 'hold', '{"seconds": 3, "clicks_per_hour": 100}'),
    ('banned_source', 7, 'traffic', 'hold', '{"referrers": [], "parameters": ["gclid", "gbraid", "wbraid", "msclkid", "fbclid", "ttclid", "utm_medium=cpc", "utm_medium=ppc"]}')
  $$;

-- The rules of a program as they count now: the newest version of each, or what holds when nobody has set it (version 0).
create function access.risk_rules(of_program uuid) returns table (rule text, place integer, category text, number integer, effect text, settings jsonb, reason text, set_by_name text, set_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select d.rule, d.place, d.category, coalesce(r.number, 0), coalesce(r.effect, d.effect), d.settings || coalesce(r.settings, '{}'), r.reason, r.set_by_name, r.created_at
  from access.risk_defaults() d
  left join lateral (select * from public.risk_rule x where x.program_id = of_program and x.rule = d.rule order by x.number desc limit 1) r on true
  where session_user <> 'liaison_platform' or access.context_plane() = 'platform'
  $$;
grant execute on function access.risk_rules(uuid), access.risk_defaults() to liaison_owner, liaison_platform;

create function access.domain_of(address text) returns text
  language sql immutable
  set search_path = pg_catalog
  as $$ select nullif(lower(substring(address from '@([^@]+)$')), '') $$;
grant execute on function access.domain_of(text) to liaison_owner;

-- The addresses by which a tenant is known: those of its admins, its contact, and the one that signed up.
create function access.addresses_of_tenant(of_tenant uuid, facts jsonb) returns table (address text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select lower(p.email) from public.tenant_member m join public.person p on p.id = m.person_id
  where m.tenant_id = of_tenant and m.role = 'TENANT_ADMIN' and m.status = 'active'
  union
  select lower(t.contact ->> 'email') from public.tenant t where t.id = of_tenant and t.contact ->> 'email' like '%_@_%'
  union
  select lower(facts ->> 'contact_email') where facts ->> 'contact_email' like '%_@_%'
  $$;

create function access.addresses_of_partner(of_partner uuid) returns table (address text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select lower(p.email) from public.partner_member m join public.person p on p.id = m.person_id where m.partner_id = of_partner and m.status = 'active'
  union
  select p.contact_email from public.partner p where p.id = of_partner and p.contact_email is not null
  $$;

create function access.risk_own_address(of_partner uuid, of_tenant uuid, facts jsonb) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
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
  $$;

create function access.risk_own_member(of_partner uuid, of_tenant uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case when count(*) > 0 then jsonb_build_object('members', jsonb_agg(n.name order by n.name)) end
  from public.partner_member m
  join public.tenant_member t on t.person_id = m.person_id and t.tenant_id = of_tenant and t.status = 'active'
  join public.person n on n.id = m.person_id
  where m.partner_id = of_partner and m.status = 'active'
  $$;

create function access.risk_disposable_address(of_tenant uuid, facts jsonb, settings jsonb) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('domain', access.domain_of(a.address))
  from access.addresses_of_tenant(of_tenant, facts) a
  where exists (select from public.mail_domain d where d.kind = 'disposable' and (d.domain = access.domain_of(a.address) or access.domain_of(a.address) like '%.' || d.domain))
    or coalesce(settings -> 'domains', '[]') ? access.domain_of(a.address)
  order by a.address limit 1
  $$;

-- A network as /24 of IPv4 or /48 of IPv6; null for what is none, or wider and so says nothing about anybody.
create function access.network_of(address text) returns cidr
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
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
$$;

create function access.risk_own_network(of_partner uuid, facts jsonb, settings jsonb, at timestamptz) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('network', access.network_of(facts ->> 'ip_prefix'), 'member', n.name, 'seen_at', max(s.seen_at))
  from public.partner_member m
  join public.person n on n.id = m.person_id
  join public.session s on s.person_id = m.person_id
  where m.partner_id = of_partner and m.status = 'active' and s.ip is not null and access.network_of(facts ->> 'ip_prefix') is not null
    and s.seen_at > risk_own_network.at - make_interval(days => coalesce((settings ->> 'days')::integer, 30))
    and s.ip <<= access.network_of(facts ->> 'ip_prefix')
  group by n.name order by max(s.seen_at) desc limit 1
  $$;

reset role;
