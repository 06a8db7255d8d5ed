-- One check of the identity of an end user: what was stated, how it was decided, until when that counts. No picture of a document is ever kept (C8).
create table public.kyc_case (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  target_role text not null,
  provider text not null,
  provider_ref text,
  state text not null default 'draft'::text,
  attempt integer not null default 1,
  legal_name text,
  birth_date date,
  country text,
  document_kind text,
  document_number text,
  reason_codes text[] not null default '{}'::text[],
  message text,
  taken_by uuid,
  taken_by_name text,
  last_event_id uuid,
  last_event_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  submitted_at timestamp with time zone,
  decided_at timestamp with time zone,
  verified_at timestamp with time zone,
  expires_at timestamp with time zone,
  ended_at timestamp with time zone,
  redacted_at timestamp with time zone,
  redacted_by_name text,
  version integer not null default 1,
  constraint kyc_case_attempt_check CHECK (((attempt >= 1) AND (attempt <= 5))),
  constraint kyc_case_check CHECK (((state = ANY (ARRAY['verified'::text, 'expired'::text, 'revoked'::text])) = (verified_at IS NOT NULL))),
  constraint kyc_case_check1 CHECK (((verified_at IS NULL) = (expires_at IS NULL))),
  constraint kyc_case_check2 CHECK (((state = ANY (ARRAY['rejected'::text, 'expired'::text, 'revoked'::text, 'cancelled'::text])) = (ended_at IS NOT NULL))),
  constraint kyc_case_check3 CHECK (((redacted_at IS NULL) OR (num_nonnulls(legal_name, birth_date, country, document_kind, document_number, provider_ref, message) = 0))),
  constraint kyc_case_check4 CHECK (((redacted_at IS NULL) OR (state <> ALL (ARRAY['draft'::text, 'submitted'::text, 'in_review'::text, 'resubmit'::text])))),
  constraint kyc_case_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint kyc_case_document_kind_check CHECK ((document_kind = ANY (ARRAY['passport'::text, 'identity_card'::text, 'residence_permit'::text, 'driving_licence'::text]))),
  constraint kyc_case_document_number_check CHECK (((char_length(document_number) >= 1) AND (char_length(document_number) <= 60))),
  constraint kyc_case_legal_name_check CHECK (((char_length(legal_name) >= 1) AND (char_length(legal_name) <= 200))),
  constraint kyc_case_message_check CHECK ((char_length(message) <= 500)),
  constraint kyc_case_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint kyc_case_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint kyc_case_partner_id_id_key UNIQUE (partner_id, id),
  constraint kyc_case_pkey PRIMARY KEY (id),
  constraint kyc_case_provider_check CHECK ((provider = ANY (ARRAY['manual'::text, 'simulated'::text]))),
  constraint kyc_case_provider_ref_check CHECK (((char_length(provider_ref) >= 1) AND (char_length(provider_ref) <= 200))),
  constraint kyc_case_reason_codes_check CHECK ((cardinality(reason_codes) <= 9)),
  constraint kyc_case_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'in_review'::text, 'verified'::text, 'resubmit'::text, 'rejected'::text, 'expired'::text, 'revoked'::text, 'cancelled'::text]))),
  constraint kyc_case_target_role_check CHECK ((target_role = ANY (ARRAY['basic'::text, 'advanced'::text, 'company'::text])))
);
CREATE INDEX kyc_case_due ON public.kyc_case USING btree (expires_at) WHERE (state = 'verified'::text);
CREATE INDEX kyc_case_end_user_id_created_at_idx ON public.kyc_case USING btree (end_user_id, created_at DESC);
CREATE INDEX kyc_case_partner_id_state_submitted_at_idx ON public.kyc_case USING btree (partner_id, state, submitted_at);
CREATE UNIQUE INDEX kyc_case_one_open ON public.kyc_case USING btree (end_user_id) WHERE (state = ANY (ARRAY['draft'::text, 'submitted'::text, 'in_review'::text, 'resubmit'::text]));
CREATE UNIQUE INDEX kyc_case_reference ON public.kyc_case USING btree (provider, provider_ref) WHERE (provider_ref IS NOT NULL);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.kyc_case FOR EACH ROW WHEN (((new.taken_by_name IS DISTINCT FROM old.taken_by_name) OR (new.redacted_by_name IS DISTINCT FROM old.redacted_by_name))) EXECUTE FUNCTION private.act_in_own_name('taken_by_name', 'redacted_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.kyc_case REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.kyc_case REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.kyc_case REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER carry_verification AFTER UPDATE OF state ON public.kyc_case FOR EACH ROW WHEN (((new.state = ANY (ARRAY['verified'::text, 'expired'::text, 'revoked'::text])) AND (new.state IS DISTINCT FROM old.state))) EXECUTE FUNCTION private.carry_verification();
CREATE TRIGGER enforce_identity_check BEFORE INSERT OR UPDATE ON public.kyc_case FOR EACH ROW EXECUTE FUNCTION private.enforce_identity_check();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.kyc_case FOR EACH ROW WHEN ((new.taken_by IS DISTINCT FROM old.taken_by)) EXECUTE FUNCTION private.act_as_oneself('taken_by');
alter table public.kyc_case enable row level security, force row level security;
create policy checking on public.kyc_case for select to liaison_owner
  using (true);
create policy deciding on public.kyc_case for select to liaison_authz
  using (true);
create policy own_checks on public.kyc_case for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND ((end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id)) OR ( SELECT access.is_realm_admin() AS is_realm_admin))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND ((end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id)) OR ( SELECT access.is_realm_admin() AS is_realm_admin))));
create policy own_work on public.kyc_case for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_read on public.kyc_case as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.kyc_case as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.kyc_case for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.kyc_case to liaison_authz;
grant select on public.kyc_case to liaison_job;
grant select on public.kyc_case to liaison_program;
grant update (provider_ref, state, reason_codes, last_event_id, last_event_at) on public.kyc_case to liaison_job;
grant update (provider_ref, state, legal_name, birth_date, country, document_kind, document_number, reason_codes, message, taken_by, taken_by_name, redacted_at, redacted_by_name) on public.kyc_case to liaison_program;
grant insert (partner_id, end_user_id, target_role, provider) on public.kyc_case to liaison_realm;
grant select (id, partner_id, end_user_id, target_role, provider, state, attempt, legal_name, birth_date, country, document_kind, document_number, reason_codes, message, taken_by, created_at, submitted_at, decided_at, verified_at, expires_at, ended_at, redacted_at, version) on public.kyc_case to liaison_realm;
grant update (state, legal_name, birth_date, country, document_kind, document_number) on public.kyc_case to liaison_realm;

-- Every signed event of a vendor once, with a digest of its bytes, so that a repetition has no effect and another content under the same id is noticed. The content is not kept.
create table public.kyc_event (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  provider text not null,
  event_id text not null,
  digest bytea not null,
  case_id uuid,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone not null default now(),
  outcome text not null,
  constraint kyc_event_check CHECK (((case_id IS NULL) = (outcome = 'unknown_reference'::text))),
  constraint kyc_event_digest_check CHECK ((octet_length(digest) = 32)),
  constraint kyc_event_event_id_check CHECK (((char_length(event_id) >= 1) AND (char_length(event_id) <= 200))),
  constraint kyc_event_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'stale'::text, 'no_change'::text, 'unknown_reference'::text]))),
  constraint kyc_event_partner_id_case_id_fkey FOREIGN KEY (partner_id, case_id) REFERENCES public.kyc_case(partner_id, id) ON DELETE CASCADE,
  constraint kyc_event_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint kyc_event_partner_id_provider_event_id_key UNIQUE (partner_id, provider, event_id),
  constraint kyc_event_pkey PRIMARY KEY (id),
  constraint kyc_event_provider_check CHECK ((provider = 'simulated'::text))
);
CREATE INDEX kyc_event_partner_id_case_id_idx ON public.kyc_event USING btree (partner_id, case_id);
CREATE TRIGGER append_only BEFORE UPDATE ON public.kyc_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.kyc_event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.kyc_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.kyc_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.kyc_event enable row level security, force row level security;
create policy checking on public.kyc_event for select to liaison_owner
  using (true);
create policy deciding on public.kyc_event for select to liaison_authz
  using (true);
create policy own_work on public.kyc_event for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_read on public.kyc_event as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.kyc_event for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.kyc_event to liaison_authz;
grant select on public.kyc_event to liaison_job;
grant select on public.kyc_event to liaison_program;
grant insert (partner_id, provider, event_id, digest, case_id, occurred_at, outcome) on public.kyc_event to liaison_job;

-- What each reviewer decided about an identity check, for good. Names nobody but the reviewer.
create table public.kyc_review (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  case_id uuid not null,
  attempt integer not null,
  decision text not null,
  reviewer_id uuid not null,
  reviewer_name text not null,
  reason_codes text[] not null default '{}'::text[],
  decided_at timestamp with time zone not null default now(),
  constraint kyc_review_check CHECK (((decision = 'approve'::text) OR (cardinality(reason_codes) > 0))),
  constraint kyc_review_decision_check CHECK ((decision = ANY (ARRAY['approve'::text, 'resubmit'::text, 'reject'::text, 'revoke'::text]))),
  constraint kyc_review_once UNIQUE (case_id, attempt, decision, reviewer_id),
  constraint kyc_review_partner_id_case_id_fkey FOREIGN KEY (partner_id, case_id) REFERENCES public.kyc_case(partner_id, id) ON DELETE CASCADE,
  constraint kyc_review_pkey PRIMARY KEY (id),
  constraint kyc_review_reason_codes_check CHECK ((cardinality(reason_codes) <= 9))
);
CREATE INDEX kyc_review_partner_id_case_id_idx ON public.kyc_review USING btree (partner_id, case_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.kyc_review FOR EACH ROW WHEN ((new.reviewer_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('reviewer_name');
CREATE TRIGGER append_only BEFORE UPDATE ON public.kyc_review FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.kyc_review REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.kyc_review REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.kyc_review REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_kyc_review BEFORE INSERT ON public.kyc_review FOR EACH ROW EXECUTE FUNCTION private.enforce_kyc_review();
alter table public.kyc_review enable row level security, force row level security;
create policy checking on public.kyc_review for select to liaison_owner
  using (true);
create policy deciding on public.kyc_review for select to liaison_authz
  using (true);
create policy own_work on public.kyc_review for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_insert on public.kyc_review as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.kyc_review as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.kyc_review for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.kyc_review to liaison_authz;
grant select on public.kyc_review to liaison_job;
grant select on public.kyc_review to liaison_program;
grant insert (partner_id, case_id, attempt, decision, reviewer_id, reviewer_name, reason_codes) on public.kyc_review to liaison_program;

-- The keys with which a vendor signs its events for one partner: the newest, and until its end the one before, so that a rotation interrupts nothing.
create table public.kyc_secret (
  id uuid not null,
  partner_id uuid not null,
  provider text not null,
  sealed_secret bytea not null,
  created_at timestamp with time zone not null default now(),
  created_by_name text not null,
  ends_at timestamp with time zone,
  constraint kyc_secret_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint kyc_secret_pkey PRIMARY KEY (id),
  constraint kyc_secret_provider_check CHECK ((provider = 'simulated'::text))
);
CREATE UNIQUE INDEX kyc_secret_one_lasting ON public.kyc_secret USING btree (partner_id, provider) WHERE (ends_at IS NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.kyc_secret FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.kyc_secret REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.kyc_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.kyc_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.kyc_secret enable row level security, force row level security;
create policy deciding on public.kyc_secret for select to liaison_authz
  using (true);
create policy own_work on public.kyc_secret for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owners_delete on public.kyc_secret as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.kyc_secret as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.kyc_secret as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.kyc_secret as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.kyc_secret for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.kyc_secret to liaison_authz;
grant select on public.kyc_secret to liaison_job;
grant delete on public.kyc_secret to liaison_program;
grant insert (id, partner_id, provider, sealed_secret, created_by_name) on public.kyc_secret to liaison_job;
grant insert (id, partner_id, provider, sealed_secret, created_by_name) on public.kyc_secret to liaison_program;
grant select (id, partner_id, provider, created_at, created_by_name, ends_at) on public.kyc_secret to liaison_program;
grant update (ends_at) on public.kyc_secret to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.brand_name(partner uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when b.name ~ '[^[:space:]]' and b.name !~* '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069@/\\<>]|www\.' then left(btrim(b.name), 200) else p.name end
  from public.partner p
  cross join lateral (select access.configuration(p.id) -> 'branding' ->> 'display_name' as name) b
  where p.id = partner and (access.context_plane() = 'system'
    or (p.id = access.context_id('partner_id') and access.context_plane() in ('realm', 'realm_door')) or p.id = access.own_partner())
$function$;
grant execute on access.brand_name(uuid) to liaison_auth;
grant execute on access.brand_name(uuid) to liaison_program;
grant execute on access.brand_name(uuid) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_verification(of_user uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.kyc_case c where c.end_user_id = of_user and c.state = 'verified' and c.expires_at > statement_timestamp()) $function$;
grant execute on access.has_verification(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.identity_check_figures()
 RETURNS TABLE(partner_id uuid, partner_name text, state text, checks bigint, oldest_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id, p.name, case when c.state = 'verified' and c.expires_at <= statement_timestamp() then 'expired' else c.state end, count(*), min(coalesce(c.submitted_at, c.created_at))
  from public.kyc_case c join public.partner p on p.id = c.partner_id
  where session_user = 'liaison_platform' and access.context_plane() = 'platform'
  group by 1, 2, 3
  $function$;
grant execute on access.identity_check_figures() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.identity_check_rules(of_partner uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  policies jsonb;
begin
  if (session_user = 'liaison_realm' and of_partner is distinct from access.context_id('partner_id')) or (session_user = 'liaison_program' and of_partner is distinct from access.partner_of_owner()) then
    return null;
  end if;
  policies := access.configuration(of_partner) -> 'policies';
  return jsonb_build_object(
    'provider', coalesce(policies ->> 'kyc_provider', 'manual'),
    'four_eyes', coalesce((policies ->> 'kyc_four_eyes')::boolean, true),
    'valid_days', coalesce((policies ->> 'kyc_valid_days')::integer, 365));
end
$function$;
grant execute on access.identity_check_rules(uuid) to liaison_job;
grant execute on access.identity_check_rules(uuid) to liaison_owner;
grant execute on access.identity_check_rules(uuid) to liaison_program;
grant execute on access.identity_check_rules(uuid) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.kyc_secrets(vendor text, partner_slug text)
 RETURNS TABLE(id uuid, partner_id uuid, sealed_secret bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.id, s.partner_id, s.sealed_secret
  from public.partner p join public.kyc_secret s on s.partner_id = p.id
  where session_user = 'liaison_job' and access.context_plane() = 'system'
    and p.slug = partner_slug and p.status = 'active' and s.provider = vendor and (s.ends_at is null or s.ends_at > statement_timestamp())
  order by s.ends_at desc nulls first
  $function$;
grant execute on access.kyc_secrets(text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_identity_check(of_case uuid, subject text, body text, origin text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  c public.kyc_case;
begin
  select * into c from public.kyc_case x where x.id = of_case;
  if c.id is null or not coalesce(
    (session_user = 'liaison_realm' and c.partner_id = access.realm_inside() and (c.end_user_id = access.context_id('end_user_id') or access.is_realm_admin()))
    or (session_user = 'liaison_program' and c.partner_id = access.partner_of_owner())
    or (session_user = 'liaison_job' and access.context_plane() = 'system'), false) then
    return;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', u.email, 'sender_name', b.name, 'subject', replace(mail_identity_check.subject, '{partner}', b.name),
    'text', replace(mail_identity_check.body, '{partner}', b.name) || coalesce(E'\n\n' || mail_identity_check.origin || '/p/' || p.slug || '/identity-check', ''))
  from public.end_user u join public.partner p on p.id = u.partner_id cross join lateral (select access.brand_name(p.id) as name) b
  where u.id = c.end_user_id and p.status = 'active';
end
$function$;
grant execute on access.mail_identity_check(uuid,text,text,text) to liaison_job;
grant execute on access.mail_identity_check(uuid,text,text,text) to liaison_program;
grant execute on access.mail_identity_check(uuid,text,text,text) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_second_reviewers(of_case uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  mailed integer;
begin
  if (session_user <> 'liaison_program') then
    raise exception 'this login mails no reviewers' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_second_reviewers.subject, 'text', mail_second_reviewers.body)
  from public.kyc_case c
  join public.kyc_review own on own.case_id = c.id and own.attempt = c.attempt and own.decision = 'approve' and own.reviewer_id = access.context_id('actor_id')
  join public.partner_member m on m.partner_id = c.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
  join public.person h on h.id = m.person_id and h.status = 'active'
  where c.id = of_case and c.state = 'in_review' and c.partner_id = access.own_partner()
    and not exists (
      select from public.kyc_review r where r.case_id = c.id and r.attempt = c.attempt and r.decision = 'approve' and r.reviewer_id = h.id);
  get diagnostics mailed = row_count;
  return mailed;
end
$function$;
grant execute on access.mail_second_reviewers(uuid,text,text) to liaison_program;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION access.role_in_force(role text, verified_until timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN ((role = ANY (ARRAY['basic'::text, 'advanced'::text, 'company'::text])) AND (verified_until <= statement_timestamp())) THEN 'guest'::text ELSE role END;
grant execute on access.role_in_force(text,timestamp with time zone) to public;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.carry_verification()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ranks constant text[] := array['guest', 'basic', 'advanced', 'company'];
  latest timestamptz;
begin
  select max(c.expires_at) into latest from kyc_case c where c.end_user_id = new.end_user_id and c.state = 'verified' and c.expires_at > statement_timestamp();
  if new.state = 'verified' then
    -- What stood on a verification that has ended is gone first, whether or not the clock has noted it.
    update end_user u set role = 'guest', verified_until = null
    where u.id = new.end_user_id and u.partner_id = new.partner_id and access.role_in_force(u.role, u.verified_until) <> u.role;
    update end_user u
    set verified_until = latest,
      role = case when u.role_lowered_at > new.created_at then case u.role when 'guest' then 'basic' else u.role end
        when array_position(ranks, u.role) < array_position(ranks, new.target_role) then new.target_role else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  else
    update end_user u
    set verified_until = latest,
      role = case when latest is null and u.role in ('basic', 'advanced', 'company') then 'guest' else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_kyc_decision(c_old public.kyc_case, c_new public.kyc_case)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor uuid := access.context_id('actor_id');
  needed text := case c_new.state when 'verified' then 'approve' when 'rejected' then 'reject' when 'resubmit' then 'resubmit' when 'revoked' then 'revoke' end;
  approvals integer;
begin
  if c_new.state <> 'revoked' and c_old.provider <> 'manual' then
    raise exception 'the vendor decides this check' using errcode = 'check_violation', constraint = 'identity_check_vendor';
  end if;
  if c_new.state = 'in_review' then
    if c_new.taken_by is distinct from actor then
      raise exception 'a review begins in the own name' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    return;
  end if;
  if not exists (select from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = needed and r.reviewer_id = actor) then
    raise exception 'a decision is written down first' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if c_new.state = 'verified' then
    select count(distinct r.reviewer_id) into approvals from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = 'approve'
      and access.hold_in_charge('partner', c_new.partner_id, r.reviewer_id);
    if approvals < 2 and (access.identity_check_rules(c_new.partner_id) ->> 'four_eyes')::boolean then
      raise exception 'two people approve an identity' using errcode = 'check_violation', constraint = 'identity_check_four_eyes';
    end if;
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_kyc_event(c_old public.kyc_case, c_new public.kyc_case)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if c_old.provider = 'manual' or not exists (
    select from kyc_event e where e.id = c_new.last_event_id and e.partner_id = c_new.partner_id and e.provider = c_new.provider and e.case_id = c_new.id
      and e.outcome = 'applied' and e.received_at = transaction_timestamp() and e.occurred_at = c_new.last_event_at and e.occurred_at >= coalesce(c_old.last_event_at, '-infinity')) then
    raise exception 'only an event of its vendor moves a check' using errcode = 'check_violation', constraint = 'identity_check_event';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_kyc_facts(c_old public.kyc_case, c_new public.kyc_case, side text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  is_open boolean := c_old.state in ('draft', 'submitted', 'in_review', 'resubmit');
begin
  if (c_new.id, c_new.partner_id, c_new.end_user_id, c_new.target_role, c_new.provider, c_new.created_at) is distinct from (c_old.id, c_old.partner_id, c_old.end_user_id, c_old.target_role, c_old.provider, c_old.created_at) then
    raise exception 'a check never moves to somebody else' using errcode = 'check_violation', constraint = 'identity_check_identity';
  end if;
  if side = 'end_user' and c_new.end_user_id is distinct from access.context_id('end_user_id') then
    raise exception 'people have themselves checked' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if c_old.redacted_at is not null and (c_new.state = c_old.state or c_new.redacted_at is null) then
    raise exception 'what was redacted never changes' using errcode = 'check_violation', constraint = 'identity_check_redacted';
  end if;
  if (c_new.legal_name, c_new.birth_date, c_new.country, c_new.document_kind, c_new.document_number) is distinct from (c_old.legal_name, c_old.birth_date, c_old.country, c_old.document_kind, c_old.document_number)
    and not ((side = 'end_user' and c_old.state in ('draft', 'resubmit')) or (side = 'partner' and c_new.redacted_at is not null)) then
    raise exception 'what is being checked never changes' using errcode = 'check_violation', constraint = 'identity_check_facts';
  end if;
  if c_new.redacted_at is distinct from c_old.redacted_at and (side <> 'partner' or is_open) then
    raise exception 'only what is decided is redacted' using errcode = 'check_violation', constraint = 'identity_check_open';
  end if;
  if c_new.provider_ref is distinct from c_old.provider_ref and (c_old.provider_ref is not null or side <> 'clock') and c_new.redacted_at is null then
    raise exception 'a reference is given once' using errcode = 'check_violation', constraint = 'identity_check_identity';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_identity_check()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_check(tg_op = 'UPDATE' and (new.last_event_id is distinct from old.last_event_id or (new.state <> old.state and new.state in ('in_review', 'verified', 'resubmit', 'rejected'))));
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'end_user' or new.state <> 'draft' or new.end_user_id is distinct from access.context_id('end_user_id') or new.partner_id is distinct from access.context_id('partner_id') then
      raise exception 'people have themselves checked' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    if new.provider is distinct from access.identity_check_rules(new.partner_id) ->> 'provider' or new.target_role is distinct from (
      select case n.role when 'guest' then 'basic' when 'realm_admin' then null else n.role end
      from (select access.role_in_force(u.role, u.verified_until) as role from end_user u where u.id = new.end_user_id) n) then
      raise exception 'a check leads to the next role, and is decided by whom the partner chose' using errcode = 'check_violation', constraint = 'identity_check_begin';
    end if;
    return new;
  end if;
  perform private.check_kyc_facts(old, new, side);
  if side = 'vendor' then
    perform private.check_kyc_event(old, new);
  end if;
  new.version := old.version + 1;
  if new.state = old.state then
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'identity_check' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an identity check from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if side = 'partner' then
    perform private.check_kyc_decision(old, new);
  end if;
  if new.state = 'submitted' then
    if num_nulls(new.legal_name, new.birth_date, new.country, new.document_kind, new.document_number) > 0 then
      raise exception 'everything that is checked is stated' using errcode = 'check_violation', constraint = 'identity_check_incomplete';
    end if;
    new.attempt := case when old.state = 'resubmit' then old.attempt + 1 else old.attempt end;
    new.submitted_at := statement_timestamp();
    new.decided_at := null;
    new.reason_codes := '{}';
    new.message := null;
    new.taken_by := null;
    new.taken_by_name := null;
  elsif new.state = 'verified' then
    new.verified_at := statement_timestamp();
    new.expires_at := statement_timestamp() + make_interval(days => (access.identity_check_rules(new.partner_id) ->> 'valid_days')::integer);
    new.reason_codes := '{}';
  elsif new.state = 'expired' and old.expires_at > statement_timestamp() then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  elsif new.state = 'cancelled' and side = 'clock' and coalesce(old.decided_at, old.created_at) > statement_timestamp() - interval '30 days' then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if new.state in ('verified', 'resubmit', 'rejected') then
    new.decided_at := statement_timestamp();
  end if;
  if new.state in ('rejected', 'expired', 'revoked', 'cancelled') then
    new.ended_at := statement_timestamp();
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_kyc_review()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  c kyc_case;
begin
  if private.side_of_check(false) is null then
    return new;
  end if;
  select * into c from kyc_case x where x.id = new.case_id and x.partner_id = new.partner_id;
  if new.reviewer_id is distinct from access.context_id('actor_id') or new.reviewer_id = c.end_user_id then
    raise exception 'a review is written in the own name, about somebody else' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if new.attempt is distinct from c.attempt or c.state is distinct from (case new.decision when 'revoke' then 'verified' else 'in_review' end) then
    raise exception 'there is nothing to decide' using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if c.provider <> 'manual' and new.decision <> 'revoke' then
    raise exception 'the vendor decides this check' using errcode = 'check_violation', constraint = 'identity_check_vendor';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_verification()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if access.context_plane() is null then
    return new;
  end if;
  if new.role in ('basic', 'advanced', 'company') and (tg_op = 'INSERT' or old.role not in ('basic', 'advanced', 'company')) and not access.has_verification(new.id) then
    raise exception 'the identity of a guest is checked first' using errcode = 'check_violation', constraint = 'end_user_verification';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.side_of_check(is_decision boolean)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_realm'::name THEN 'end_user'::text WHEN 'liaison_program'::name THEN 'partner'::text WHEN 'liaison_job'::name THEN CASE WHEN is_decision THEN 'vendor'::text ELSE 'clock'::text END ELSE NULL::text END;
