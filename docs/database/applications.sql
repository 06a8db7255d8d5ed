-- An organisation that asks to become a partner. Nobody of the provider sees it before it was sent, and it is sent by whoever reads the mails of its address alone (C1).
create table public.partner_application (
  id uuid not null default uuidv7(),
  reference text not null,
  kind text,
  requirements_version integer not null default 1,
  answers jsonb not null default '{}'::jsonb,
  organisation text generated always as ("left"((answers ->> 'organisation'::text), 200)) stored,
  company_key text generated always as ((((answers ->> 'country'::text) || ':'::text) || NULLIF(upper(regexp_replace((answers ->> 'registration_no'::text), '[^0-9A-Za-z]'::text, ''::text, 'g'::text)), ''::text))) stored,
  contact_email text not null,
  status text not null default 'draft'::text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  verified_at timestamp with time zone,
  submitted_at timestamp with time zone,
  answer_by date,
  decided_at timestamp with time zone,
  decided_by uuid,
  decided_by_name text,
  decision_reason text,
  decision_text text,
  decision_checks jsonb,
  despite_checks text,
  reapply_after timestamp with time zone,
  partner_id uuid,
  constraint partner_application_answers_check CHECK (((jsonb_typeof(answers) = 'object'::text) AND (octet_length((answers)::text) <= 20000))),
  constraint partner_application_check CHECK (((status <> ALL (ARRAY['submitted'::text, 'needs_info'::text, 'approved'::text, 'rejected'::text])) OR ((submitted_at IS NOT NULL) AND (kind IS NOT NULL)))),
  constraint partner_application_check1 CHECK (((status = ANY (ARRAY['approved'::text, 'rejected'::text])) = ((decided_at IS NOT NULL) AND (decided_by IS NOT NULL) AND (decision_checks IS NOT NULL)))),
  constraint partner_application_check2 CHECK (((status = 'approved'::text) = (partner_id IS NOT NULL))),
  constraint partner_application_check3 CHECK (((status = 'rejected'::text) = ((decision_reason IS NOT NULL) AND (decision_text IS NOT NULL) AND (reapply_after IS NOT NULL)))),
  constraint partner_application_contact_email_check CHECK (((contact_email = lower(contact_email)) AND ((char_length(contact_email) >= 3) AND (char_length(contact_email) <= 254)))),
  constraint partner_application_decision_reason_check CHECK ((decision_reason = ANY (ARRAY['incomplete'::text, 'not_verified'::text, 'checks_failed'::text, 'not_a_fit'::text, 'duplicate'::text, 'other'::text]))),
  constraint partner_application_decision_text_check CHECK (((char_length(decision_text) >= 1) AND (char_length(decision_text) <= 1000))),
  constraint partner_application_despite_checks_check CHECK (((char_length(despite_checks) >= 1) AND (char_length(despite_checks) <= 500))),
  constraint partner_application_kind_check CHECK ((kind = ANY (ARRAY['referral'::text, 'reseller'::text, 'wholesaler'::text, 'msp'::text, 'enterprise_hq'::text, 'auditor'::text, 'white_label'::text]))),
  constraint partner_application_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_application_pkey PRIMARY KEY (id),
  constraint partner_application_reference_check CHECK ((reference ~ '^PA-[0-9A-HJKMNP-TV-Z]{8}$'::text)),
  constraint partner_application_reference_key UNIQUE (reference),
  constraint partner_application_requirements_version_check CHECK ((requirements_version > 0)),
  constraint partner_application_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'needs_info'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
);
CREATE INDEX partner_application_company_key_idx ON public.partner_application USING btree (company_key) WHERE (company_key IS NOT NULL);
CREATE INDEX partner_application_contact_email_created_at_idx ON public.partner_application USING btree (contact_email, created_at);
CREATE INDEX partner_application_partner_id_idx ON public.partner_application USING btree (partner_id) WHERE (partner_id IS NOT NULL);
CREATE INDEX partner_application_status_submitted_at_idx ON public.partner_application USING btree (status, submitted_at);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.partner_application FOR EACH ROW WHEN ((new.decided_by_name IS DISTINCT FROM old.decided_by_name)) EXECUTE FUNCTION private.act_in_own_name('decided_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_application REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_application REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_application REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_application BEFORE INSERT OR UPDATE ON public.partner_application FOR EACH ROW EXECUTE FUNCTION private.enforce_application();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.partner_application FOR EACH ROW WHEN ((new.decided_by IS DISTINCT FROM old.decided_by)) EXECUTE FUNCTION private.act_as_oneself('decided_by');
alter table public.partner_application enable row level security, force row level security;
create policy applying on public.partner_application for insert to liaison_auth
  with check (((( SELECT access.context_plane() AS context_plane) = 'auth'::text) AND (status = 'draft'::text)));
create policy applying_change on public.partner_application for update to liaison_auth
  using (((( SELECT access.context_plane() AS context_plane) = 'auth'::text) AND (status = ANY (ARRAY['draft'::text, 'submitted'::text, 'needs_info'::text]))))
  with check ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'needs_info'::text, 'withdrawn'::text])));
create policy applying_read on public.partner_application for select to liaison_auth
  using ((( SELECT access.context_plane() AS context_plane) = 'auth'::text));
create policy deciding on public.partner_application for select to liaison_authz
  using (true);
create policy deciding_application on public.partner_application for update to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (status = ANY (ARRAY['submitted'::text, 'needs_info'::text]))))
  with check (((status = ANY (ARRAY['needs_info'::text, 'approved'::text, 'rejected'::text])) AND ((status = 'needs_info'::text) OR (decided_by = ( SELECT access.context_id('actor_id'::text) AS context_id)))));
create policy own_application on public.partner_application for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_read on public.partner_application for select to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (submitted_at IS NOT NULL)));
create policy tidying on public.partner_application for delete to liaison_job
  using (((( SELECT access.context_plane() AS context_plane) = 'system'::text) AND (submitted_at IS NULL) AND (((status = 'draft'::text) AND (updated_at < (statement_timestamp() -
CASE
    WHEN (verified_at IS NULL) THEN '1 day'::interval
    ELSE '60 days'::interval
END))) OR ((status = 'withdrawn'::text) AND (updated_at < (statement_timestamp() - '14 days'::interval))))));
create policy tidying_read on public.partner_application for select to liaison_job
  using (((( SELECT access.context_plane() AS context_plane) = 'system'::text) AND (submitted_at IS NULL) AND (status = ANY (ARRAY['draft'::text, 'withdrawn'::text]))));
grant select on public.partner_application to liaison_authz;
grant delete on public.partner_application to liaison_job;
grant select on public.partner_application to liaison_platform;
grant insert (reference, requirements_version, contact_email) on public.partner_application to liaison_auth;
grant select (id, reference, kind, requirements_version, answers, organisation, contact_email, status, version, created_at, verified_at, submitted_at, answer_by, decided_at, decision_reason, decision_text, reapply_after) on public.partner_application to liaison_auth;
grant update (kind, answers, status, verified_at, submitted_at, answer_by) on public.partner_application to liaison_auth;
grant select (id, status, updated_at, verified_at, submitted_at) on public.partner_application to liaison_job;
grant update (status, answer_by, decided_at, decided_by, decided_by_name, decision_reason, decision_text, decision_checks, despite_checks, partner_id) on public.partner_application to liaison_platform;
grant select (id, submitted_at, decided_at, partner_id) on public.partner_application to liaison_program;

-- The digests of the links that were mailed to the address of an application; each opens that one application for 14 days.
create table public.partner_application_key (
  token_hash bytea not null,
  application_id uuid not null,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '14 days'::interval),
  constraint partner_application_key_application_id_fkey FOREIGN KEY (application_id) REFERENCES public.partner_application(id) ON DELETE CASCADE,
  constraint partner_application_key_pkey PRIMARY KEY (token_hash),
  constraint partner_application_key_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
CREATE INDEX partner_application_key_application_id_created_at_idx ON public.partner_application_key USING btree (application_id, created_at);
alter table public.partner_application_key enable row level security, force row level security;
create policy asking on public.partner_application_key for insert to liaison_platform
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy deciding on public.partner_application_key for select to liaison_authz
  using (true);
create policy mailing on public.partner_application_key for all to liaison_auth
  using ((( SELECT access.context_plane() AS context_plane) = 'auth'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'auth'::text));
create policy tidying on public.partner_application_key for delete to liaison_job
  using (((( SELECT access.context_plane() AS context_plane) = 'system'::text) AND (ends_at < statement_timestamp())));
create policy tidying_read on public.partner_application_key for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.partner_application_key to liaison_auth;
grant select on public.partner_application_key to liaison_authz;
grant delete on public.partner_application_key to liaison_job;
grant insert (token_hash, application_id) on public.partner_application_key to liaison_auth;
grant select (application_id, ends_at) on public.partner_application_key to liaison_job;
grant insert (token_hash, application_id) on public.partner_application_key to liaison_platform;

-- Questions of the provider about an application and the answers. History: a row never changes.
create table public.partner_application_message (
  id uuid not null default uuidv7(),
  application_id uuid not null,
  side text not null,
  author_name text not null,
  body text not null,
  created_at timestamp with time zone not null default now(),
  constraint partner_application_message_application_id_fkey FOREIGN KEY (application_id) REFERENCES public.partner_application(id),
  constraint partner_application_message_author_name_check CHECK (((char_length(author_name) >= 1) AND (char_length(author_name) <= 200))),
  constraint partner_application_message_body_check CHECK (((char_length(body) >= 1) AND (char_length(body) <= 2000))),
  constraint partner_application_message_pkey PRIMARY KEY (id),
  constraint partner_application_message_side_check CHECK ((side = ANY (ARRAY['provider'::text, 'applicant'::text])))
);
CREATE INDEX partner_application_message_application_id_created_at_idx ON public.partner_application_message USING btree (application_id, created_at);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_application_message FOR EACH ROW WHEN ((new.author_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('author_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.partner_application_message FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_application_message REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_application_message REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_application_message REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.partner_application_message FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.partner_application_message enable row level security, force row level security;
create policy answering on public.partner_application_message for insert to liaison_auth
  with check (((( SELECT access.context_plane() AS context_plane) = 'auth'::text) AND (side = 'applicant'::text)));
create policy answering_read on public.partner_application_message for select to liaison_auth
  using ((( SELECT access.context_plane() AS context_plane) = 'auth'::text));
create policy asking on public.partner_application_message for insert to liaison_platform
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (side = 'provider'::text)));
create policy deciding on public.partner_application_message for select to liaison_authz
  using (true);
create policy provider_read on public.partner_application_message for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_application_message to liaison_auth;
grant select on public.partner_application_message to liaison_authz;
grant select on public.partner_application_message to liaison_platform;
grant insert (application_id, side, author_name, body) on public.partner_application_message to liaison_auth;
grant insert (application_id, side, author_name, body) on public.partner_application_message to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.application_waits_until(email text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select max(a.reapply_after) from public.partner_application a
  where a.contact_email = email and a.status = 'rejected' and a.reapply_after > statement_timestamp()
  $function$;
grant execute on access.application_waits_until(text) to liaison_auth;
grant execute on access.application_waits_until(text) to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_application()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case session_user when 'liaison_auth' then 'requester' else private.side_of_login() end;
begin
  if tg_op = 'INSERT' then
    if side is not null and (new.status <> 'draft' or side <> 'requester') then
      raise exception 'an application begins as a draft' using errcode = 'check_violation', constraint = 'application_transition';
    end if;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := statement_timestamp();
  if side is null then
    return new;
  end if;
  if old.status in ('approved', 'rejected', 'withdrawn') then
    raise exception 'a finished application is history' using errcode = 'check_violation', constraint = 'application_transition';
  end if;
  if (new.id, new.reference, new.contact_email, new.created_at, new.requirements_version) is distinct from (old.id, old.reference, old.contact_email, old.created_at, old.requirements_version)
    or (old.submitted_at is not null and (new.kind, new.submitted_at) is distinct from (old.kind, old.submitted_at))
    or (side <> 'requester' and new.answers <> old.answers) then
    raise exception 'an application keeps whose it is and what it asks for' using errcode = 'check_violation', constraint = 'application_identity';
  end if;
  if new.status = old.status then
    return new;
  end if;
  if not exists (
    select from state_transition t where t.entity = 'application' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an application from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'application_transition';
  end if;
  if old.status = 'draft' and new.status = 'submitted' and access.application_waits_until(new.contact_email) is not null then
    raise exception 'an application of this address was declined lately' using errcode = 'check_violation', constraint = 'application_too_soon';
  end if;
  if new.status = 'rejected' then
    new.reapply_after := statement_timestamp() + interval '30 days';
  end if;
  return new;
end
$function$;
