-- A prospect that a partner works on. Approved by the provider, it counts before codes and clicks when the prospect signs up in time (D12).
create table public.deal_registration (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  company_name text not null,
  domain text,
  contact_name text,
  contact_email text,
  prospect_key text not null,
  expected_minor bigint,
  expected_currency text,
  notes text,
  state text not null default 'submitted'::text,
  created_by uuid not null,
  created_by_name text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  decided_at timestamp with time zone,
  decided_by uuid,
  decided_by_name text,
  reason text,
  protected_until timestamp with time zone,
  ended_at timestamp with time zone,
  referral_id uuid,
  version integer not null default 1,
  constraint deal_expected_bounded CHECK ((expected_minor <= '1000000000000'::bigint)),
  constraint deal_registration_check CHECK (((expected_minor IS NULL) = (expected_currency IS NULL))),
  constraint deal_registration_check1 CHECK (((decided_at IS NULL) = (decided_by IS NULL))),
  constraint deal_registration_check2 CHECK (((state <> ALL (ARRAY['approved'::text, 'won'::text, 'expired'::text])) OR ((decided_at IS NOT NULL) AND (protected_until IS NOT NULL)))),
  constraint deal_registration_check3 CHECK (((state <> 'rejected'::text) OR (reason IS NOT NULL))),
  constraint deal_registration_check4 CHECK (((state = ANY (ARRAY['submitted'::text, 'approved'::text])) = (ended_at IS NULL))),
  constraint deal_registration_check5 CHECK (((state = 'won'::text) = (referral_id IS NOT NULL))),
  constraint deal_registration_company_name_check CHECK (((char_length(company_name) >= 1) AND (char_length(company_name) <= 200))),
  constraint deal_registration_contact_email_check CHECK ((((char_length(contact_email) >= 3) AND (char_length(contact_email) <= 254)) AND (contact_email = lower(contact_email)))),
  constraint deal_registration_contact_name_check CHECK (((char_length(contact_name) >= 1) AND (char_length(contact_name) <= 200))),
  constraint deal_registration_domain_check CHECK ((domain ~ '^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$'::text)),
  constraint deal_registration_expected_currency_check CHECK ((expected_currency ~ '^[A-Z]{3}$'::text)),
  constraint deal_registration_expected_minor_check CHECK (((expected_minor > 0) AND (expected_minor < '9007199254740992'::bigint))),
  constraint deal_registration_notes_check CHECK (((char_length(notes) >= 1) AND (char_length(notes) <= 2000))),
  constraint deal_registration_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint deal_registration_pkey PRIMARY KEY (id),
  constraint deal_registration_prospect_key_check CHECK (((char_length(prospect_key) >= 3) AND (char_length(prospect_key) <= 254))),
  constraint deal_registration_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint deal_registration_referral_id_fkey FOREIGN KEY (referral_id) REFERENCES public.referral(id),
  constraint deal_registration_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'approved'::text, 'rejected'::text, 'won'::text, 'lost'::text, 'expired'::text])))
);
CREATE INDEX deal_registration_contact ON public.deal_registration USING btree (ended_at) WHERE ((contact_name IS NOT NULL) OR (contact_email IS NOT NULL) OR (notes IS NOT NULL));
CREATE INDEX deal_registration_contact_email_decided_at_idx ON public.deal_registration USING btree (contact_email, decided_at) WHERE (contact_email IS NOT NULL);
CREATE INDEX deal_registration_partner_id_created_at_idx ON public.deal_registration USING btree (partner_id, created_at DESC);
CREATE INDEX deal_registration_prospect_key_decided_at_idx ON public.deal_registration USING btree (prospect_key, decided_at);
CREATE INDEX deal_registration_protected_until_idx ON public.deal_registration USING btree (protected_until) WHERE (state = 'approved'::text);
CREATE INDEX deal_registration_state_created_at_idx ON public.deal_registration USING btree (state, created_at DESC);
CREATE UNIQUE INDEX deal_registration_own_open ON public.deal_registration USING btree (partner_id, prospect_key) WHERE (state = ANY (ARRAY['submitted'::text, 'approved'::text]));
CREATE UNIQUE INDEX deal_registration_protected ON public.deal_registration USING btree (prospect_key) WHERE (state = 'approved'::text);
CREATE UNIQUE INDEX deal_registration_won ON public.deal_registration USING btree (referral_id) WHERE (referral_id IS NOT NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.deal_registration FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.deal_registration REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.deal_registration REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.deal_registration REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_deal BEFORE UPDATE ON public.deal_registration FOR EACH ROW EXECUTE FUNCTION access.enforce_deal();
CREATE TRIGGER enforce_new_deal BEFORE INSERT ON public.deal_registration FOR EACH ROW EXECUTE FUNCTION access.enforce_new_deal();
CREATE TRIGGER no_delete BEFORE DELETE ON public.deal_registration FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.deal_registration FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.deal_registration FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.deal_registration enable row level security, force row level security;
create policy deciding on public.deal_registration for select to liaison_authz
  using (true);
create policy deciding_on on public.deal_registration for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy ending on public.deal_registration for update to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy own_deals on public.deal_registration for select to liaison_program
  using (((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)) OR ((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)))));
create policy own_work on public.deal_registration for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy provider_side on public.deal_registration for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy registering on public.deal_registration for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (( SELECT access.context_plane() AS context_plane) = 'program'::text)));
create policy winning on public.deal_registration for update to liaison_authz
  using (true)
  with check (true);
create policy withdrawing on public.deal_registration for update to liaison_program
  using (((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)) OR ((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)))))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.deal_registration to liaison_authz;
grant select on public.deal_registration to liaison_platform;
grant update (state, referral_id) on public.deal_registration to liaison_authz;
grant select (id, partner_id, company_name, contact_name, contact_email, prospect_key, notes, state, protected_until, ended_at) on public.deal_registration to liaison_job;
grant update (contact_name, contact_email, notes, state) on public.deal_registration to liaison_job;
grant update (state, reason) on public.deal_registration to liaison_platform;
grant insert (partner_id, company_name, domain, contact_name, contact_email, expected_minor, expected_currency, notes, created_by, created_by_name) on public.deal_registration to liaison_program;
grant select (id, partner_id, company_name, domain, contact_name, contact_email, expected_minor, expected_currency, notes, state, created_by, created_by_name, created_at, decided_at, reason, protected_until, ended_at, referral_id, version) on public.deal_registration to liaison_program;
grant update (state) on public.deal_registration to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_deal_decision(d public.deal_registration)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if access.is_partner_person(d.partner_id, access.context_id('actor_id')) then
    raise exception 'nobody decides about the own deal' using errcode = 'check_violation', constraint = 'deal_registration_decider';
  end if;
  if d.state = 'approved' and not exists (select from partner p where p.id = d.partner_id and p.status = 'active') then
    raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'deal_registration_partner';
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.deal_conflicts(of_deal uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  d public.deal_registration;
begin
  if session_user <> 'liaison_platform' or access.context_plane() is distinct from 'platform' then
    raise exception 'the provider alone reads of conflicts' using errcode = 'insufficient_privilege';
  end if;
  select * into d from public.deal_registration x where x.id = of_deal;
  return jsonb_build_object(
    'registrations', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'partner_id', o.partner_id, 'partner_name', p.name, 'state', o.state, 'created_at', o.created_at, 'protected_until', o.protected_until) order by o.created_at), '[]')
      from (
        select x.* from public.deal_registration x
        where x.id <> d.id and (x.prospect_key = d.prospect_key or x.contact_email = d.contact_email) and x.state in ('submitted', 'approved', 'won')
        order by x.created_at limit 20) o
      join public.partner p on p.id = o.partner_id),
    'tenants', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
      from (
        select x.id, x.name from public.tenant x
        where lower(x.domain) = d.prospect_key or lower(x.name) = lower(d.company_name) or access.domain_of(x.contact ->> 'email') = d.prospect_key or lower(x.contact ->> 'email') = d.contact_email
        order by x.name limit 20) t));
end
$function$;
grant execute on access.deal_conflicts(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.deal_for_sign_up(of_tenant uuid, email text, at timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  address text := lower(email);
  keys text[] := array_remove(array[address, case when not access.is_free_mail(access.domain_of(address)) then access.domain_of(address) end, (select lower(t.domain) from public.tenant t where t.id = of_tenant)], null);
begin
  return (
    select d.id from public.deal_registration d join public.partner p on p.id = d.partner_id and p.status = 'active'
    where (d.prospect_key = any (keys) or d.contact_email = address) and d.state in ('approved', 'expired') and d.decided_at <= at and d.protected_until > at
      and access.agreement_at(d.partner_id, at) is not null
    order by d.decided_at, d.id limit 1);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_deal()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case when session_user = 'liaison_program' then 'partner' when session_user = 'liaison_platform' then 'provider' when session_user in ('liaison_ingest', 'liaison_job') then 'clock' when session_user like 'liaison\_%' then 'nobody' end;
  fixed text[] := array['state', 'decided_at', 'decided_by', 'decided_by_name', 'reason', 'protected_until', 'ended_at', 'referral_id', 'version', 'created_by_name'];
begin
  if access.is_forgetting_deal(old, new) then
    new.prospect_key := case when position('@' in old.prospect_key) > 0 then 'forgotten:' || old.id else old.prospect_key end;
    return new;
  end if;
  if (to_jsonb(new) - fixed) <> (to_jsonb(old) - fixed) then
    raise exception 'what was registered never changes' using errcode = 'restrict_violation', constraint = 'deal_registration_identity';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state or not exists (select from state_transition t where t.entity = 'deal_registration' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a deal from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'deal_registration_transition';
  end if;
  if new.state = 'expired' and old.protected_until > statement_timestamp() then
    raise exception 'its time is not over' using errcode = 'check_violation', constraint = 'deal_registration_transition';
  end if;
  if new.state = 'approved' and old.state = 'submitted' or new.state = 'rejected' then
    perform access.check_deal_decision(new);
    new.decided_at := statement_timestamp();
    new.decided_by := access.context_id('actor_id');
    new.decided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  if new.state = 'approved' then
    new.protected_until := statement_timestamp() + make_interval(days => (select s.deal_protected_days from program_setting s order by s.version desc limit 1));
  end if;
  if side = 'provider' and new.state in ('rejected', 'lost') and new.reason is null then
    raise exception 'the partner is told why' using errcode = 'check_violation', constraint = 'deal_registration_reason';
  end if;
  if side = 'provider' and new.state = 'lost' then
    perform access.check_deal_decision(new);
  end if;
  new.ended_at := case when new.state not in ('submitted', 'approved') then coalesce(old.ended_at, statement_timestamp()) end;
  new.version := old.version + 1;
  return new;
end
$function$;
grant execute on access.enforce_deal() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_new_deal()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user = 'liaison_program' then
    if new.created_by is distinct from access.context_id('actor_id') or new.partner_id is distinct from access.own_partner() or new.state <> 'submitted' or new.decided_at is not null then
      raise exception 'a deal is registered in the own name' using errcode = 'check_violation', constraint = 'deal_registration_maker';
    end if;
  elsif session_user like 'liaison\_%' then
    raise exception 'this login registers no deals' using errcode = 'check_violation', constraint = 'deal_registration_maker';
  end if;
  if access.is_free_mail(new.domain) then
    raise exception 'many companies share this domain' using errcode = 'check_violation', constraint = 'deal_registration_domain';
  end if;
  new.prospect_key := coalesce(new.domain, case when access.is_free_mail(access.domain_of(new.contact_email)) then new.contact_email else access.domain_of(new.contact_email) end);
  if new.prospect_key is null then
    raise exception 'a prospect has a domain or a contact' using errcode = 'check_violation', constraint = 'deal_registration_prospect';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('deal_registration ' || new.partner_id, 0));
  if (select count(*) from deal_registration d where d.partner_id = new.partner_id and d.state = 'submitted') >= access.most_waiting_deals() then
    raise exception 'too many registrations wait' using errcode = 'check_violation', constraint = 'deal_registration_many';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_new_deal() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_forgetting_deal(was public.deal_registration, becomes public.deal_registration)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select session_user = 'liaison_job' and was.ended_at <= access.contacts_kept_since()
    and becomes.contact_name is null and becomes.contact_email is null and becomes.notes is null
    and (to_jsonb(becomes) - array['contact_name', 'contact_email', 'notes', 'prospect_key']) = (to_jsonb(was) - array['contact_name', 'contact_email', 'notes', 'prospect_key'])
  $function$;
grant execute on access.is_forgetting_deal(public.deal_registration,public.deal_registration) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_free_mail(domain text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.mail_domain f where f.domain = is_free_mail.domain and f.kind = 'free') $function$;
grant execute on access.is_free_mail(text) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_deal(of_deal uuid, side text, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  d public.deal_registration;
  sent integer;
begin
  select * into d from public.deal_registration x where x.id = of_deal;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and d.partner_id = access.own_partner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_deal.subject, 'text', mail_deal.body)
  from public.person h
  where d.id is not null and h.status = 'active' and case mail_deal.side
    when 'partner' then exists (
      select from public.partner_member m join public.partner p on p.id = m.partner_id and p.status = 'active'
      where m.person_id = h.id and m.partner_id = d.partner_id and m.status = 'active' and (m.role = 'PARTNER_OWNER' or m.person_id = d.created_by))
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_deal(uuid,text,text,text) to liaison_job;
grant execute on access.mail_deal(uuid,text,text,text) to liaison_platform;
grant execute on access.mail_deal(uuid,text,text,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.most_waiting_deals()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN 100;
grant execute on access.most_waiting_deals() to public;
