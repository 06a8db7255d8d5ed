-- What an API client asks a customer for beyond the consent that it holds, until the customer decides or seven days have gone. It opens nothing: whoever decides is asked as for any other consent.
create table public.access_request (
  id uuid not null default uuidv7(),
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  client_id uuid not null,
  partner_name text not null,
  client_name text not null,
  tenant_name text not null,
  scopes text[] not null,
  actions text[] not null,
  customer_hint text,
  purpose text,
  reference text,
  status text not null default 'pending'::text,
  answer_id uuid,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '7 days'::interval),
  decided_at timestamp with time zone,
  constraint access_request_actions_check CHECK (((cardinality(actions) >= 1) AND (cardinality(actions) <= 100))),
  constraint access_request_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.consent_request(id),
  constraint access_request_check CHECK (((status = ANY (ARRAY['approved'::text, 'denied'::text])) = (decided_at IS NOT NULL))),
  constraint access_request_check1 CHECK (((status <> ALL (ARRAY['waiting'::text, 'approved'::text, 'denied'::text])) OR (answer_id IS NOT NULL))),
  constraint access_request_customer_hint_check CHECK ((char_length(customer_hint) <= 200)),
  constraint access_request_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES public.delegation(id),
  constraint access_request_id_delegation_id_client_id_key UNIQUE (id, delegation_id, client_id),
  constraint access_request_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint access_request_pkey PRIMARY KEY (id),
  constraint access_request_purpose_check CHECK ((char_length(purpose) <= 500)),
  constraint access_request_reference_check CHECK ((char_length(reference) <= 200)),
  constraint access_request_scopes_check CHECK ((cardinality(scopes) > 0)),
  constraint access_request_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'waiting'::text, 'approved'::text, 'denied'::text, 'lapsed'::text]))),
  constraint access_request_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX access_request_answer_id_idx ON public.access_request USING btree (answer_id);
CREATE INDEX access_request_delegation_id_decided_at_idx ON public.access_request USING btree (delegation_id, decided_at) WHERE (status = 'denied'::text);
CREATE INDEX access_request_partner_id_client_id_idx ON public.access_request USING btree (partner_id, client_id);
CREATE INDEX access_request_tenant_id_status_idx ON public.access_request USING btree (tenant_id, status);
CREATE UNIQUE INDEX access_request_open ON public.access_request USING btree (delegation_id) WHERE (status = ANY (ARRAY['pending'::text, 'waiting'::text]));
CREATE TRIGGER audited_delete AFTER DELETE ON public.access_request REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.access_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.access_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.access_request enable row level security, force row level security;
create policy answering on public.access_request for all to liaison_owner
  using (true)
  with check (true);
create policy asked_person on public.access_request for select to liaison_auth
  using ((EXISTS ( SELECT
   FROM public.tenant_member m
  WHERE ((m.tenant_id = access_request.tenant_id) AND (m.person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (m.role = 'TENANT_ADMIN'::text) AND (m.status = 'active'::text)))));
create policy asking on public.access_request for all to liaison_authz
  using (true)
  with check (true);
create policy asking_client on public.access_request for select to liaison_auth
  using ((client_id = ( SELECT access.context_id('actor_id'::text) AS context_id)));
create policy deciding on public.access_request for select to liaison_authz
  using (true);
create policy deciding_side on public.access_request for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)));
grant select on public.access_request to liaison_auth;
grant insert, select on public.access_request to liaison_authz;
grant select on public.access_request to liaison_tenant;
grant update (status) on public.access_request to liaison_authz;

-- What an API client asks a customer, in which it holds a consent already, to approve now and without a browser (CIBA), until somebody decides or its minutes have gone. It opens nothing: whoever decides is asked as for any other consent.
create table public.backchannel_request (
  id uuid not null default uuidv7(),
  auth_req_hash bytea not null,
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  client_id uuid not null,
  partner_name text not null,
  client_name text not null,
  tenant_name text not null,
  scopes text[] not null,
  actions text[] not null,
  customer_hint text,
  binding_message text not null,
  reference text,
  access_duration_seconds integer not null,
  status text not null default 'pending'::text,
  answer_id uuid,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  constraint backchannel_request_access_duration_seconds_check CHECK (((access_duration_seconds >= 3600) AND (access_duration_seconds <= 86400))),
  constraint backchannel_request_actions_check CHECK (((cardinality(actions) >= 1) AND (cardinality(actions) <= 100))),
  constraint backchannel_request_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.consent_request(id),
  constraint backchannel_request_auth_req_hash_key UNIQUE (auth_req_hash),
  constraint backchannel_request_binding_message_check CHECK (((char_length(binding_message) >= 1) AND (char_length(binding_message) <= 120))),
  constraint backchannel_request_check CHECK ((ends_at <= (created_at + '00:15:00'::interval))),
  constraint backchannel_request_check1 CHECK (((status = ANY (ARRAY['approved'::text, 'denied'::text])) = (decided_at IS NOT NULL))),
  constraint backchannel_request_check2 CHECK (((status <> ALL (ARRAY['waiting'::text, 'approved'::text, 'denied'::text])) OR (answer_id IS NOT NULL))),
  constraint backchannel_request_customer_hint_check CHECK ((char_length(customer_hint) <= 200)),
  constraint backchannel_request_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES public.delegation(id),
  constraint backchannel_request_id_client_id_key UNIQUE (id, client_id),
  constraint backchannel_request_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint backchannel_request_pkey PRIMARY KEY (id),
  constraint backchannel_request_reference_check CHECK ((char_length(reference) <= 200)),
  constraint backchannel_request_scopes_check CHECK ((cardinality(scopes) > 0)),
  constraint backchannel_request_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'waiting'::text, 'approved'::text, 'denied'::text, 'lapsed'::text]))),
  constraint backchannel_request_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX backchannel_request_answer_id_idx ON public.backchannel_request USING btree (answer_id);
CREATE INDEX backchannel_request_delegation_id_created_at_idx ON public.backchannel_request USING btree (delegation_id, created_at);
CREATE INDEX backchannel_request_partner_id_client_id_idx ON public.backchannel_request USING btree (partner_id, client_id);
CREATE INDEX backchannel_request_tenant_id_status_idx ON public.backchannel_request USING btree (tenant_id, status);
CREATE UNIQUE INDEX backchannel_request_open ON public.backchannel_request USING btree (delegation_id) WHERE (status = ANY (ARRAY['pending'::text, 'waiting'::text]));
CREATE TRIGGER audited_delete AFTER DELETE ON public.backchannel_request REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.backchannel_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.backchannel_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.backchannel_request enable row level security, force row level security;
create policy answering on public.backchannel_request for all to liaison_owner
  using (true)
  with check (true);
create policy asked_person on public.backchannel_request for select to liaison_auth
  using ((EXISTS ( SELECT
   FROM public.tenant_member m
  WHERE ((m.tenant_id = backchannel_request.tenant_id) AND (m.person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (m.role = 'TENANT_ADMIN'::text) AND (m.status = 'active'::text)))));
create policy asking on public.backchannel_request for all to liaison_authz
  using (true)
  with check (true);
create policy asking_client on public.backchannel_request for select to liaison_auth
  using ((client_id = ( SELECT access.context_id('actor_id'::text) AS context_id)));
create policy deciding on public.backchannel_request for select to liaison_authz
  using (true);
create policy deciding_side on public.backchannel_request for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)));
grant select on public.backchannel_request to liaison_auth;
grant insert, select on public.backchannel_request to liaison_authz;
grant select on public.backchannel_request to liaison_tenant;
grant update (status) on public.backchannel_request to liaison_authz;

-- What a partner asks a tenant to allow one of its API clients, by the tenant's code or the mail address of somebody there. Every request is kept as it was typed, also one that reached nobody, so that asking tells nothing about who is a tenant. It opens nothing: whoever decides is asked as for any other consent.
create table public.consent_ask (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  client_id uuid not null,
  partner_name text not null,
  client_name text not null,
  asked text not null,
  scopes text[] not null,
  actions text[] not null,
  purpose text not null,
  access_duration_days integer not null,
  requested_by uuid not null,
  requested_by_name text not null,
  status text not null default 'sent'::text,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '30 days'::interval),
  decided_at timestamp with time zone,
  consent_id uuid,
  tenant_id uuid,
  person_id uuid,
  answer_id uuid,
  constraint consent_ask_access_duration_days_check CHECK (((access_duration_days >= 1) AND (access_duration_days <= 730))),
  constraint consent_ask_actions_check CHECK (((cardinality(actions) >= 1) AND (cardinality(actions) <= 100))),
  constraint consent_ask_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES public.consent_request(id),
  constraint consent_ask_asked_check CHECK ((((char_length(asked) >= 1) AND (char_length(asked) <= 254)) AND (asked = lower(asked)))),
  constraint consent_ask_check CHECK (((status = 'sent'::text) = (decided_at IS NULL))),
  constraint consent_ask_check1 CHECK (((status = 'approved'::text) = (consent_id IS NOT NULL))),
  constraint consent_ask_check2 CHECK (((status <> 'approved'::text) OR ((answer_id IS NOT NULL) AND (tenant_id IS NOT NULL)))),
  constraint consent_ask_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.delegation(id),
  constraint consent_ask_id_client_id_key UNIQUE (id, client_id),
  constraint consent_ask_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint consent_ask_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint consent_ask_pkey PRIMARY KEY (id),
  constraint consent_ask_purpose_check CHECK (((char_length(purpose) >= 1) AND (char_length(purpose) <= 500))),
  constraint consent_ask_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES public.person(id),
  constraint consent_ask_scopes_check CHECK ((cardinality(scopes) > 0)),
  constraint consent_ask_status_check CHECK ((status = ANY (ARRAY['sent'::text, 'withdrawn'::text, 'approved'::text, 'denied'::text]))),
  constraint consent_ask_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX consent_ask_answer_id_idx ON public.consent_ask USING btree (answer_id);
CREATE INDEX consent_ask_partner_id_asked_status_idx ON public.consent_ask USING btree (partner_id, asked, status);
CREATE INDEX consent_ask_partner_id_client_id_idx ON public.consent_ask USING btree (partner_id, client_id);
CREATE INDEX consent_ask_partner_id_created_at_idx ON public.consent_ask USING btree (partner_id, created_at);
CREATE INDEX consent_ask_person_id_partner_id_created_at_idx ON public.consent_ask USING btree (person_id, partner_id, created_at);
CREATE INDEX consent_ask_requested_by_idx ON public.consent_ask USING btree (requested_by);
CREATE INDEX consent_ask_tenant_id_partner_id_created_at_idx ON public.consent_ask USING btree (tenant_id, partner_id, created_at);
CREATE UNIQUE INDEX consent_ask_approved ON public.consent_ask USING btree (consent_id) WHERE (consent_id IS NOT NULL);
CREATE TRIGGER audited_delete AFTER DELETE ON public.consent_ask REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.consent_ask REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.consent_ask REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.consent_ask enable row level security, force row level security;
create policy answering on public.consent_ask for all to liaison_owner
  using (true)
  with check (true);
create policy asked_person on public.consent_ask for select to liaison_auth
  using (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR (EXISTS ( SELECT
   FROM public.tenant_member m
  WHERE ((m.tenant_id = consent_ask.tenant_id) AND (m.person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (m.role = 'TENANT_ADMIN'::text) AND (m.status = 'active'::text))))));
create policy asking on public.consent_ask for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.consent_ask for select to liaison_authz
  using (true);
create policy deciding_side on public.consent_ask for select to liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)) OR ((tenant_id IS NULL) AND (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)))));
create policy owners_read on public.consent_ask as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.consent_ask as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.consent_ask for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_withdraws on public.consent_ask for update to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'sent'::text)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'withdrawn'::text)));
grant select on public.consent_ask to liaison_auth;
grant insert, select on public.consent_ask to liaison_authz;
grant select on public.consent_ask to liaison_tenant;
grant select (id, partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name, status, created_at, ends_at, decided_at, consent_id) on public.consent_ask to liaison_program;
grant update (status, decided_at) on public.consent_ask to liaison_program;

-- The notices of a coming end that were sent, so that each is sent once for each end.
create table public.consent_notice (
  consent_id uuid not null,
  ends_at timestamp with time zone not null,
  days integer not null,
  sent_at timestamp with time zone not null default now(),
  constraint consent_notice_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(id),
  constraint consent_notice_days_check CHECK ((days = ANY (ARRAY[30, 7, 1]))),
  constraint consent_notice_pkey PRIMARY KEY (consent_id, ends_at, days)
);
alter table public.consent_notice enable row level security, force row level security;
create policy clock on public.consent_notice for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.consent_notice for select to liaison_authz
  using (true);
grant select on public.consent_notice to liaison_authz;
grant insert, select on public.consent_notice to liaison_job;

-- The reminders that an application still has access, or does not use it, so that each is sent once for its time.
create table public.consent_reminder (
  consent_id uuid not null,
  kind text not null,
  sent_on date not null default ((now() AT TIME ZONE 'UTC'::text))::date,
  sent_at timestamp with time zone not null default now(),
  constraint consent_reminder_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(id),
  constraint consent_reminder_kind_check CHECK ((kind = ANY (ARRAY['still'::text, 'unused'::text]))),
  constraint consent_reminder_pkey PRIMARY KEY (consent_id, kind, sent_on)
);
alter table public.consent_reminder enable row level security, force row level security;
create policy clock on public.consent_reminder for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.consent_reminder for select to liaison_authz
  using (true);
grant select on public.consent_reminder to liaison_authz;
grant insert, select on public.consent_reminder to liaison_job;

-- What an API client asks a person to allow, from the authorization request until somebody decides or time runs out.
create table public.consent_request (
  id uuid not null default uuidv7(),
  uid_hash bytea not null,
  client_id uuid not null,
  partner_id uuid not null,
  scopes text[] not null,
  actions text[] not null,
  customer_hint text,
  access_duration_seconds integer not null,
  purpose text,
  reference text,
  grant_action text not null default 'create'::text,
  delegation_id uuid,
  person_id uuid not null,
  person_name text not null,
  tenant_id uuid,
  status text not null default 'open'::text,
  choice jsonb,
  shown jsonb,
  result_id uuid,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '00:10:00'::interval),
  access_request_id uuid,
  backchannel_request_id uuid,
  consent_ask_id uuid,
  constraint consent_request_access_duration_seconds_check CHECK (((access_duration_seconds >= 1) AND (access_duration_seconds <= 63158400))),
  constraint consent_request_actions_check CHECK ((cardinality(actions) > 0)),
  constraint consent_request_answer_merges CHECK (((access_request_id IS NULL) OR (grant_action = 'merge'::text))),
  constraint consent_request_answers FOREIGN KEY (access_request_id, delegation_id, client_id) REFERENCES public.access_request(id, delegation_id, client_id),
  constraint consent_request_ask FOREIGN KEY (consent_ask_id, client_id) REFERENCES public.consent_ask(id, client_id),
  constraint consent_request_ask_creates CHECK (((consent_ask_id IS NULL) OR ((grant_action = 'create'::text) AND (access_request_id IS NULL) AND (backchannel_request_id IS NULL)))),
  constraint consent_request_backchannel FOREIGN KEY (backchannel_request_id, client_id) REFERENCES public.backchannel_request(id, client_id),
  constraint consent_request_backchannel_creates CHECK (((backchannel_request_id IS NULL) OR ((grant_action = 'create'::text) AND (access_request_id IS NULL)))),
  constraint consent_request_check CHECK (((grant_action = 'create'::text) = (delegation_id IS NULL))),
  constraint consent_request_check1 CHECK (((status <> ALL (ARRAY['waiting'::text, 'approved'::text])) OR ((tenant_id IS NOT NULL) AND (choice IS NOT NULL) AND (shown IS NOT NULL)))),
  constraint consent_request_check2 CHECK (((status <> 'approved'::text) OR ((result_id IS NOT NULL) AND (decided_by IS NOT NULL)))),
  constraint consent_request_check3 CHECK (((status <> 'waiting'::text) OR (first_approved_by IS NOT NULL))),
  constraint consent_request_check4 CHECK (((first_approved_by IS NULL) OR (status <> 'approved'::text) OR (decided_by <> first_approved_by))),
  constraint consent_request_customer_hint_check CHECK ((char_length(customer_hint) <= 200)),
  constraint consent_request_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES public.delegation(id),
  constraint consent_request_grant_action_check CHECK ((grant_action = ANY (ARRAY['create'::text, 'merge'::text, 'replace'::text]))),
  constraint consent_request_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint consent_request_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint consent_request_pkey PRIMARY KEY (id),
  constraint consent_request_purpose_check CHECK ((char_length(purpose) <= 500)),
  constraint consent_request_reference_check CHECK ((char_length(reference) <= 200)),
  constraint consent_request_result_id_fkey FOREIGN KEY (result_id) REFERENCES public.delegation(id),
  constraint consent_request_result_of_tenant FOREIGN KEY (tenant_id, result_id) REFERENCES public.delegation(tenant_id, id),
  constraint consent_request_scopes_check CHECK ((cardinality(scopes) > 0)),
  constraint consent_request_status_check CHECK ((status = ANY (ARRAY['open'::text, 'waiting'::text, 'approved'::text, 'denied'::text, 'ended'::text]))),
  constraint consent_request_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint consent_request_uid_hash_key UNIQUE (uid_hash)
);
CREATE INDEX consent_request_ends_at_idx ON public.consent_request USING btree (ends_at) WHERE (status = ANY (ARRAY['open'::text, 'waiting'::text]));
CREATE INDEX consent_request_person_id_idx ON public.consent_request USING btree (person_id);
CREATE INDEX consent_request_result_id_idx ON public.consent_request USING btree (result_id);
CREATE INDEX consent_request_tenant_id_status_idx ON public.consent_request USING btree (tenant_id, status);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.consent_request FOR EACH ROW WHEN ((new.person_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('person_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.consent_request FOR EACH ROW WHEN (((new.first_approved_by_name IS DISTINCT FROM old.first_approved_by_name) OR (new.decided_by_name IS DISTINCT FROM old.decided_by_name))) EXECUTE FUNCTION private.act_in_own_name('first_approved_by_name', 'decided_by_name');
CREATE TRIGGER answer_access_request AFTER UPDATE OF status ON public.consent_request FOR EACH ROW WHEN ((new.access_request_id IS NOT NULL)) EXECUTE FUNCTION private.answer_access_request();
CREATE TRIGGER answer_backchannel_request AFTER UPDATE OF status ON public.consent_request FOR EACH ROW WHEN ((new.backchannel_request_id IS NOT NULL)) EXECUTE FUNCTION private.answer_backchannel_request();
CREATE TRIGGER answer_consent_ask AFTER UPDATE OF status ON public.consent_request FOR EACH ROW WHEN ((new.consent_ask_id IS NOT NULL)) EXECUTE FUNCTION private.answer_consent_ask();
CREATE TRIGGER audited_delete AFTER DELETE ON public.consent_request REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.consent_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.consent_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_consent_request BEFORE INSERT OR UPDATE ON public.consent_request FOR EACH ROW EXECUTE FUNCTION private.enforce_consent_request();
CREATE TRIGGER open_access_request BEFORE INSERT ON public.consent_request FOR EACH ROW WHEN ((new.access_request_id IS NOT NULL)) EXECUTE FUNCTION private.open_access_request();
CREATE TRIGGER open_backchannel_request BEFORE INSERT ON public.consent_request FOR EACH ROW WHEN ((new.backchannel_request_id IS NOT NULL)) EXECUTE FUNCTION private.open_backchannel_request();
CREATE TRIGGER open_consent_ask BEFORE INSERT ON public.consent_request FOR EACH ROW WHEN ((new.consent_ask_id IS NOT NULL)) EXECUTE FUNCTION private.open_consent_ask();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.consent_request FOR EACH ROW WHEN (((new.first_approved_by IS DISTINCT FROM old.first_approved_by) OR (new.decided_by IS DISTINCT FROM old.decided_by))) EXECUTE FUNCTION private.act_as_oneself('first_approved_by', 'decided_by');
alter table public.consent_request enable row level security, force row level security;
create policy clock on public.consent_request for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.consent_request for select to liaison_authz
  using (true);
create policy deciding_side on public.consent_request for all to liaison_tenant
  using (
CASE
    WHEN (status = 'open'::text) THEN (person_id = ( SELECT access.context_id('actor_id'::text) AS context_id))
    ELSE (tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach))
END)
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
create policy own_request on public.consent_request for all to liaison_auth
  using ((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)))
  with check ((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)));
grant select on public.consent_request to liaison_auth;
grant select on public.consent_request to liaison_authz;
grant select on public.consent_request to liaison_job;
grant select on public.consent_request to liaison_tenant;
grant insert (uid_hash, client_id, partner_id, scopes, actions, customer_hint, access_duration_seconds, purpose, reference, grant_action, delegation_id, person_id, person_name, access_request_id, backchannel_request_id, consent_ask_id) on public.consent_request to liaison_auth;
grant update (status, decided_by, decided_by_name, decided_at) on public.consent_request to liaison_auth;
grant update (status, decided_at) on public.consent_request to liaison_job;
grant update (tenant_id, status, choice, shown, result_id, first_approved_by, first_approved_by_name, first_approved_at, decided_by, decided_by_name, decided_at, ends_at) on public.consent_request to liaison_tenant;

-- Reads under the rights and row policies of whoever asks.
-- owner: liaison_owner
create view public.consent_overview with (security_invoker=true) as
 SELECT d.id,
    d.tenant_id,
    t.name AS tenant_name,
    d.partner_id,
    p.name AS partner_name,
        CASE
            WHEN ((d.status = ANY (ARRAY['active'::text, 'suspended'::text])) AND (d.ends_at <= statement_timestamp())) THEN 'expired'::text
            ELSE d.status
        END AS status,
    d.status AS stored_status,
    d.status_reason,
    d.status_changed_at,
    d.status_changed_by_side,
    d.starts_at,
    d.ends_at,
    d.epoch,
    d.requested_by,
    d.requested_at,
    d.approved_at,
    d.approved_by,
    d.approved_by_name,
    d.version,
    c.client_id,
    c.scopes,
    c.actions,
    c.purpose,
    c.reference,
    c.approver_leaves,
    c.reconfirm_due_at,
    c.first_approved_by_name,
    c.first_approved_at,
    access.consent_card(d.id) AS card,
    c.order_limits,
        CASE
            WHEN (c.actions && ARRAY['order.create'::text, 'order.update'::text]) THEN access.ordered_this_month(d.id)
            ELSE '{}'::jsonb
        END AS ordered_this_month,
    c.max_revocation_seconds
   FROM (((public.delegation d
     JOIN public.consent c ON ((c.id = d.id)))
     LEFT JOIN public.partner p ON ((p.id = d.partner_id)))
     LEFT JOIN public.tenant t ON ((t.id = d.tenant_id)))
  WHERE (d.kind = 'consent'::text);
grant select on public.consent_overview to liaison_job;
grant select on public.consent_overview to liaison_platform;
grant select on public.consent_overview to liaison_program;
grant select on public.consent_overview to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_in_force(of_partner uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('title', g.title, 'version', g.version)
  from public.agreement g
  join public.program m on m.id = g.program_id and m.code = 'standard'
  where g.partner_id = of_partner and g.effective @> statement_timestamp()
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_of_party(wanted uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.agreement_in_force(d.partner_id) from public.delegation d where d.id = wanted and access.is_party_to(d)
$function$;
grant execute on access.agreement_of_party(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.approver_standing(consent_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('is_here', here.is_here, 'policy', c.approver_leaves, 'due_at', here.due_at,
    'may_refresh', here.is_here or c.approver_leaves = 'keep' or (c.approver_leaves = 'ask' and here.due_at > statement_timestamp()))
  from public.consent c
  join public.delegation d on d.id = c.id
  left join public.tenant_member m on m.tenant_id = d.tenant_id and m.person_id = d.approved_by
  left join public.person p on p.id = d.approved_by
  cross join lateral (
    select coalesce(m.status = 'active' and p.status = 'active', false) as is_here,
      coalesce(c.reconfirm_due_at, case when m.status <> 'active' then m.updated_at when p.status <> 'active' then p.updated_at else statement_timestamp() end + interval '14 days') as due_at
  ) here
  where c.id = consent_id and d.approved_by is not null
$function$;
grant execute on access.approver_standing(uuid) to liaison_auth;
grant execute on access.approver_standing(uuid) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.are_order_limits(limits jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when jsonb_typeof(limits) = 'object' then not exists (
    select from jsonb_each(limits) one
    where one.key !~ '^[A-Z]{3}$' or jsonb_typeof(one.value) <> 'number' or one.value::text !~ '^[1-9][0-9]{0,14}$') else false end
$function$;
grant execute on access.are_order_limits(jsonb) to liaison_job;
grant execute on access.are_order_limits(jsonb) to liaison_owner;
grant execute on access.are_order_limits(jsonb) to liaison_program;
grant execute on access.are_order_limits(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ask_for_more(consent_id uuid, wanted jsonb, mail jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  client uuid := access.context_id('actor_id');
  held public.delegation;
  asker public.api_client;
  waiting uuid;
  denied timestamptz;
  made public.access_request;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('access_request', consent_id));
  select d.* into held from public.delegation d join public.consent c on c.id = d.id
  where d.id = consent_id and c.client_id = client and d.status = 'active' and d.ends_at > statement_timestamp();
  if not found then
    return null;
  end if;
  if not access.partner_may_ask(held.tenant_id, held.partner_id) then
    return jsonb_build_object('refused', 'not_wanted');
  end if;
  update public.access_request a set status = 'lapsed' where a.delegation_id = held.id and a.status = 'pending' and a.ends_at <= statement_timestamp();
  select a.id into waiting from public.access_request a where a.delegation_id = held.id and a.status in ('pending', 'waiting');
  if found then
    return jsonb_build_object('refused', 'pending', 'id', waiting);
  end if;
  select max(a.decided_at) into denied from public.access_request a
  where a.delegation_id = held.id and a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days';
  if denied is not null then
    return jsonb_build_object('refused', 'denied', 'again_at', denied + interval '7 days');
  end if;
  select * into asker from public.api_client k where k.id = client;
  insert into public.access_request (id, delegation_id, tenant_id, partner_id, client_id, partner_name, client_name, tenant_name, scopes, actions, customer_hint, purpose, reference)
  select (wanted ->> 'id')::uuid, held.id, held.tenant_id, held.partner_id, client, p.name, asker.name, t.name,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'customer_hint', wanted ->> 'purpose', wanted ->> 'reference'
  from public.partner p, public.tenant t where p.id = held.partner_id and t.id = held.tenant_id
  returning * into made;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, coalesce(access.letter_in(mail, p.language, held.approval_snapshot ->> 'language'), mail) letter
  where p.status = 'active' and exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = held.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active');
  return jsonb_build_object('id', made.id);
end
$function$;
grant execute on access.ask_for_more(uuid,jsonb,jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ask_in_back_channel(consent_id uuid, wanted jsonb, mail jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  client uuid := access.context_id('actor_id');
  held public.delegation;
  asker public.api_client;
  made public.backchannel_request;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('backchannel_request', consent_id));
  select d.* into held from access.delegation_in_force d join public.consent c on c.id = d.id where d.id = consent_id and c.client_id = client;
  if not found then
    return null;
  end if;
  select * into asker from public.api_client k where k.id = client and k.status = 'active' and k.asks_without_browser;
  if not found then
    return null;
  end if;
  if not access.partner_may_ask(held.tenant_id, held.partner_id) then
    return jsonb_build_object('refused', 'not_wanted');
  end if;
  update public.backchannel_request b set status = 'lapsed' where b.delegation_id = held.id and b.status in ('pending', 'waiting') and b.ends_at <= statement_timestamp();
  if exists (select from public.backchannel_request b where b.delegation_id = held.id and b.status in ('pending', 'waiting')) then
    return jsonb_build_object('refused', 'pending');
  end if;
  if exists (select from public.backchannel_request b where b.delegation_id = held.id and b.status = 'denied' and b.decided_at > statement_timestamp() - interval '15 minutes') then
    return jsonb_build_object('refused', 'denied');
  end if;
  if (select count(*) from public.backchannel_request b where b.delegation_id = held.id and b.created_at > statement_timestamp() - interval '1 day') >= 20 then
    return jsonb_build_object('refused', 'often');
  end if;
  insert into public.backchannel_request (id, auth_req_hash, delegation_id, tenant_id, partner_id, client_id, partner_name, client_name, tenant_name, scopes, actions, customer_hint, binding_message, reference, access_duration_seconds, ends_at)
  select (wanted ->> 'id')::uuid, decode(wanted ->> 'auth_req_hash', 'hex'), held.id, held.tenant_id, held.partner_id, client, p.name, asker.name, t.name,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'customer_hint', wanted ->> 'binding_message', wanted ->> 'reference', (wanted ->> 'access_duration_seconds')::integer,
    now() + make_interval(secs => (wanted ->> 'seconds')::integer)
  from public.partner p, public.tenant t where p.id = held.partner_id and t.id = held.tenant_id
  returning * into made;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, coalesce(access.letter_in(mail, p.language, held.approval_snapshot ->> 'language'), mail) letter
  where p.status = 'active' and exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = held.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active');
  return jsonb_build_object('id', made.id);
end
$function$;
grant execute on access.ask_in_back_channel(uuid,jsonb,jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ask_tenant(wanted jsonb, letters jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  asker uuid := access.partner_of_owner();
  typed text := wanted ->> 'asked';
  of_client public.api_client;
  denied timestamptz;
  person uuid;
  reached uuid[];
begin
  if session_user <> 'liaison_program' or asker is null then
    raise exception 'only an owner of a partner asks' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('consent_ask', asker));
  select k.* into of_client from public.api_client k where k.id = (wanted ->> 'client_id')::uuid and k.partner_id = asker and k.status = 'active';
  if not found then
    return null;
  end if;
  if exists (select from public.partner p where p.id = asker and p.kinds <@ array['referral']) then
    return jsonb_build_object('refused', 'kind');
  end if;
  if exists (select from public.consent_ask a where a.partner_id = asker and a.asked = typed and a.status = 'sent' and a.ends_at > statement_timestamp()) then
    return jsonb_build_object('refused', 'pending');
  end if;
  select max(a.decided_at) into denied from public.consent_ask a
  where a.partner_id = asker and a.asked = typed and a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days';
  if denied is not null then
    return jsonb_build_object('refused', 'denied', 'again_at', denied + interval '7 days');
  end if;
  select p.id into person from public.person p
  where p.email = typed and p.status = 'active'
    and not exists (select from public.consent_ask a where a.person_id = p.id and a.partner_id = asker and a.status = 'sent' and a.ends_at > statement_timestamp())
    and (select count(*) from public.consent_ask a where a.person_id = p.id and a.partner_id = asker and a.created_at > statement_timestamp() - interval '7 days') < 3;
  select coalesce(array_agg(t.id), '{}') into reached from public.tenant t
  where t.id in (select s.id from public.tenant s where s.slug = typed
      union all select m.tenant_id from public.tenant_member m where m.person_id = person and m.role = 'TENANT_ADMIN' and m.status = 'active')
    and access.takes_ask(t.id, asker, of_client.environment = 'sandbox');
  person := case when cardinality(reached) > 0 then person end;
  insert into public.consent_ask (id, partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name, tenant_id, person_id)
  select (wanted ->> 'id')::uuid, asker, of_client.id, p.name, of_client.name, typed,
    array(select jsonb_array_elements_text(wanted -> 'scopes')), array(select jsonb_array_elements_text(wanted -> 'actions')),
    wanted ->> 'purpose', (wanted ->> 'access_duration_days')::integer, access.context_id('actor_id'), wanted ->> 'requested_by_name',
    case when person is null then reached[1] end, person
  from public.partner p where p.id = asker;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and case when person is not null then p.id = person else exists (
    select from public.tenant_member m where m.person_id = p.id and m.tenant_id = any (reached) and m.role = 'TENANT_ADMIN' and m.status = 'active') end;
  return jsonb_build_object('tenants', to_jsonb(reached));
end
$function$;
grant execute on access.ask_tenant(jsonb,jsonb) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.backchannel_outcome(wanted_hash bytea)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'state', case
      when b.status = 'approved' and d.id is not null then 'approved'
      when b.status in ('approved', 'denied') then 'denied'
      when b.status in ('pending', 'waiting') and b.ends_at > statement_timestamp() then 'pending'
      else 'over' end,
    'delegation', case when b.status = 'approved' and d.id is not null then jsonb_build_object(
      'id', d.id, 'tenant_id', d.tenant_id, 'scopes', to_jsonb(c.scopes), 'actions', to_jsonb(c.actions), 'ends_at', d.ends_at) end)
  from public.backchannel_request b
  left join public.consent_request r on r.id = b.answer_id
  left join access.delegation_in_force d on d.id = r.result_id and d.tenant_id = b.tenant_id
    and exists (select from access.delegation_in_force h where h.id = b.delegation_id)
  left join public.consent c on c.id = d.id and c.client_id = b.client_id
  where b.auth_req_hash = wanted_hash and b.client_id = access.context_id('actor_id') and access.context_plane() = 'auth'
$function$;
grant execute on access.backchannel_outcome(bytea) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.blast_radius(wanted_partner uuid, since timestamp with time zone, until timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with reachable as (
    select d.*, bounds.open_from, bounds.open_until
    from public.delegation d
    cross join lateral (
      select greatest(d.approved_at, d.starts_at) as open_from,
        least(d.ends_at, case when d.status in ('revoked', 'expired') then d.status_changed_at end) as open_until
    ) bounds
    where d.partner_id = wanted_partner and d.status in ('active', 'suspended', 'expired', 'revoked') and d.approved_at is not null
      and bounds.open_from < until and (bounds.open_until is null or bounds.open_until > since)
  ), acts as (
    select theirs.scope_id as tenant_id, e.action, e.outcome, sum(e.repeats) as times, sum(theirs.row_count) as row_count, min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
    from public.audit_scope own
    join public.audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    join public.audit_scope theirs on theirs.event_id = e.id and theirs.occurred_at = e.occurred_at and theirs.kind = 'tenant'
    where own.kind = 'partner' and own.scope_id = wanted_partner and own.occurred_at >= since and own.occurred_at < until and e.plane = 'delegation'
    group by theirs.scope_id, e.action, e.outcome
  )
  select case when access.context_plane() in ('platform', 'system') then coalesce((
    select jsonb_agg(jsonb_build_object('tenant_id', t.id, 'tenant_name', t.name,
      'delegations', coalesce((
        select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'status', d.status, 'from', d.open_from, 'until', d.open_until, 'mask', d.mask::text, 'snapshot', d.approval_snapshot,
          'client_id', (select c.client_id from public.consent c where c.id = d.id),
          'bans', (select jsonb_agg(a.ban order by a.ban) from public.delegation_account da join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id where da.delegation_id = d.id)) order by d.open_from)
        from reachable d where d.tenant_id = t.id), '[]'),
      'acts', coalesce((
        select jsonb_agg(jsonb_build_object('action', x.action, 'outcome', x.outcome, 'times', x.times, 'row_count', x.row_count, 'first_at', x.first_at, 'last_at', x.last_at) order by x.action, x.outcome)
        from acts x where x.tenant_id = t.id), '[]')) order by t.name, t.id)
    from public.tenant t
    where t.id in (select r.tenant_id from reachable r union select x.tenant_id from acts x)), '[]') end
$function$;
grant execute on access.blast_radius(uuid,timestamp with time zone,timestamp with time zone) to liaison_job;
grant execute on access.blast_radius(uuid,timestamp with time zone,timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.consent_card(consent_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'environment', k.environment, 'status', k.status),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'ban', case when access.context_plane() = 'program' and p.uses_account_refs then access.customer_ref_of(d.partner_id, a.id) else a.ban end,
        'customer_ref', case when p.uses_account_refs then access.customer_ref_of(d.partner_id, a.id) end, 'currency', a.currency, 'status', a.status,
        'name', case when access.context_plane() <> 'program' then a.name end,
        'payer', case when access.context_plane() <> 'program' then access.billing_of(a.tenant_id, a.id) end) order by da.position, a.ban)
      from public.delegation_account da
      join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id
      where da.delegation_id = d.id), '[]'),
    'has_networks', d.conditions ->> 'ip_mode' is not distinct from 'enforce',
    'networks', case when access.context_plane() <> 'program' and d.conditions ->> 'ip_mode' = 'enforce' then d.conditions -> 'ip_allow' end,
    'last_used_at', access.delegation_last_used(d),
    'vouched', case when access.context_plane() <> 'program' then jsonb_build_object('legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id), 'support_contact', p.approved_support_contact) end,
    'approver_is_here', case when access.context_plane() <> 'program' then access.approver_standing(d.id) -> 'is_here' end)
  from public.delegation d
  join public.consent c on c.id = d.id
  join public.api_client k on k.id = c.client_id
  join public.partner p on p.id = d.partner_id
  where d.id = consent_id and access.is_party_to(d)
$function$;
grant execute on access.consent_card(uuid) to liaison_job;
grant execute on access.consent_card(uuid) to liaison_platform;
grant execute on access.consent_card(uuid) to liaison_program;
grant execute on access.consent_card(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.consent_outcome(wanted_uid_hash bytea)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'state', case
      when r.status in ('open', 'waiting') and r.ends_at <= statement_timestamp() then 'ended'
      when r.status = 'approved' and not is_live then 'ended'
      else r.status end,
    'delegation', case when r.status = 'approved' and is_live then jsonb_build_object('id', d.id, 'tenant_id', d.tenant_id, 'scopes', to_jsonb(c.scopes), 'actions', to_jsonb(c.actions), 'ends_at', d.ends_at,
      'bans', (select jsonb_agg(a.ban order by da.position, a.ban) from public.delegation_account da join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id where da.delegation_id = d.id)) end)
  from public.consent_request r
  left join public.delegation d on d.id = r.result_id
  left join public.consent c on c.id = r.result_id
  cross join lateral (select coalesce(d.status = 'active' and d.ends_at > statement_timestamp(), false) as is_live) live
  where r.uid_hash = wanted_uid_hash and r.person_id = access.context_id('actor_id') and access.context_plane() = 'auth'
$function$;
grant execute on access.consent_outcome(bytea) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.consent_parties(request_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris), 'needs', k.needs, 'logo', (select l.sha256 from public.api_client_logo l where l.client_id = k.id and l.status = 'approved')),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.approved_website, 'since', p.onboarding_date, 'legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id), 'support_contact', p.approved_support_contact))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id in (select access.reach('delegation', 'select'))
    else false end
$function$;
grant execute on access.consent_parties(uuid) to liaison_auth;
grant execute on access.consent_parties(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.delegation_last_used(d public.delegation)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.occurred_at
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days' and s.occurred_at >= d.approved_at
    and e.delegation_id = d.id and e.plane = 'delegation' and e.outcome = 'allowed'
  order by s.occurred_at desc
  limit 1
$function$;
grant execute on access.delegation_last_used(public.delegation) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.holds_consent(client uuid, consent_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.consent c join public.delegation d on d.id = c.id
    where c.id = consent_id and c.client_id = client and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp())
$function$;
grant execute on access.holds_consent(uuid,uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_order_limit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  acting uuid := access.context_id('delegation_id');
  counted uuid;
  allowed numeric;
  ordered numeric;
begin
  if access.side_of_order() is null then
    return new;
  end if;
  if tg_op = 'UPDATE' and acting is distinct from new.delegation_id and acting is not null then
    -- An order counts for two consents; a third would have the limit of the second one forget it.
    if old.raised_by_delegation_id is distinct from acting and exists (
        select from public.consent c where c.id = old.raised_by_delegation_id and c.order_limits ? new.currency) then
      raise exception 'an order is made dearer under one other consent that has a limit' using errcode = 'check_violation', constraint = 'service_order_limit';
    end if;
    new.raised_by_delegation_id := acting;
  end if;
  for counted in
    select c.id from public.consent c where c.id in (new.delegation_id, new.raised_by_delegation_id) and c.order_limits ? new.currency order by c.id
  loop
    perform pg_advisory_xact_lock(access.lock_key('order_limit', counted));
    select (c.order_limits ->> new.currency)::numeric into allowed from public.consent c where c.id = counted;
    select coalesce(sum(m.cost_minor), 0) into ordered from access.ordered_in_month(counted, new.placed_at) m where m.currency = new.currency and m.order_id <> new.id;
    if ordered + new.once_total_minor + new.monthly_total_minor > allowed then
      raise exception 'orders may not cost more in a month than was allowed' using errcode = 'check_violation', constraint = 'service_order_limit';
    end if;
  end loop;
  return new;
end
$function$;
grant execute on access.keep_order_limit() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.number_of_hint(partner uuid, tenant uuid, hint text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.ban
  from public.customer_ref r
  join public.billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
  where r.partner_id = partner and r.tenant_id = tenant and r.ref = hint
    and case access.context_plane()
      when 'tenant' then tenant in (select access.reach('delegation', 'select')) and access.context_id('client_id') is null
      when 'auth' then exists (
        select from public.tenant_member m
        where m.tenant_id = tenant and m.person_id = access.context_id('actor_id') and m.status = 'active' and m.role = 'TENANT_ADMIN')
      else false end
$function$;
grant execute on access.number_of_hint(uuid,uuid,text) to liaison_auth;
grant execute on access.number_of_hint(uuid,uuid,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ordered_in_month(ordering uuid, at timestamp with time zone)
 RETURNS TABLE(order_id uuid, currency text, cost_minor numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select o.id, o.currency, o.once_total_minor::numeric + o.monthly_total_minor
  from public.service_order o
  where (o.delegation_id = ordering or o.raised_by_delegation_id = ordering)
    and o.placed_at >= date_trunc('month', at, 'UTC') and o.placed_at < date_trunc('month', at, 'UTC') + interval '1 month'
    and o.status not in ('rejected', 'cancelled')
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ordered_this_month(ordering uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((
    select jsonb_object_agg(m.currency, m.cost)
    from (select m.currency, sum(m.cost_minor) as cost from access.ordered_in_month(d.id, statement_timestamp()) m group by m.currency) m), '{}')
  from public.delegation d
  where d.id = ordering and access.is_party_to(d)
$function$;
grant execute on access.ordered_this_month(uuid) to liaison_job;
grant execute on access.ordered_this_month(uuid) to liaison_platform;
grant execute on access.ordered_this_month(uuid) to liaison_program;
grant execute on access.ordered_this_month(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_may_ask(asked_tenant uuid, asking_partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select not exists (select from public.tenant_partner_policy p where p.tenant_id = asked_tenant
    and not case p.who_may_ask
      when 'any' then true
      when 'listed' then asking_partner = any (p.listed_partner_ids)
      when 'unlisted' then asking_partner <> all (p.listed_partner_ids)
      else false end)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payers_of_accounts()
 RETURNS TABLE(account_id uuid, payer jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.id, access.billing_of(a.tenant_id, a.id)
  from public.billing_account a
  where a.tenant_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant'
$function$;
grant execute on access.payers_of_accounts() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.require_welcome()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user = 'liaison_tenant' and not access.partner_may_ask(new.tenant_id, new.partner_id)
    and (tg_op = 'INSERT' or (old.status = 'requested' and new.status = 'active')
      or (new.mask & ~ old.mask) <> 0::bit(256) or new.ends_at > old.ends_at or new.starts_at < old.starts_at) then
    raise exception 'the rules of the tenant let this partner ask for nothing' using errcode = 'check_violation', constraint = 'delegation_welcome';
  end if;
  return new;
end
$function$;
grant execute on access.require_welcome() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.scopes_added(client uuid, consent_id uuid)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(array_agg(distinct added.scope), '{}')
  from public.access_request a cross join lateral unnest(a.scopes) as added (scope)
  where a.delegation_id = consent_id and a.client_id = client and a.status = 'approved'
$function$;
grant execute on access.scopes_added(uuid,uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.takes_ask(asked_tenant uuid, asking_partner uuid, of_sandbox boolean)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from public.tenant t where t.id = asked_tenant and t.status in ('active', 'trial') and t.is_sandbox = of_sandbox
      and (not t.is_sandbox or exists (select from public.sandbox_tenant s where s.tenant_id = t.id and s.partner_id = asking_partner)))
    and access.partner_may_ask(asked_tenant, asking_partner)
    and not exists (select from public.consent_ask a where a.tenant_id = asked_tenant and a.partner_id = asking_partner
      and ((a.status = 'sent' and a.ends_at > statement_timestamp()) or (a.status = 'denied' and a.decided_at > statement_timestamp() - interval '7 days')))
    and (select count(*) from public.consent_ask a where a.tenant_id = asked_tenant and a.partner_id = asking_partner
      and a.created_at > statement_timestamp() - interval '7 days') < 3
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.was_asked_for(client uuid, held_consent uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from public.consent_ask a where a.consent_id = held_consent and a.client_id = client and a.status = 'approved')
$function$;
grant execute on access.was_asked_for(uuid,uuid) to liaison_auth;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.answer_access_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  asked access_request;
begin
  if new.tenant_id is null then
    return null;
  end if;
  select * into asked from access_request a where a.id = new.access_request_id for update;
  if new.status = 'ended' then
    update access_request set status = 'lapsed' where id = asked.id and status = 'waiting' and answer_id = new.id;
    return null;
  end if;
  if asked.tenant_id <> new.tenant_id
    or not ((asked.status = 'pending' and asked.ends_at > statement_timestamp()) or (asked.status = 'waiting' and asked.answer_id = new.id)) then
    raise exception 'the request was answered, or is not about this organisation' using errcode = 'check_violation', constraint = 'access_request_answered';
  end if;
  update access_request set status = new.status, answer_id = new.id,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.answer_backchannel_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  asked backchannel_request;
begin
  if new.tenant_id is null then
    return null;
  end if;
  select * into asked from backchannel_request b where b.id = new.backchannel_request_id for update;
  if new.status = 'ended' then
    update backchannel_request set status = 'lapsed' where id = asked.id and status = 'waiting' and answer_id = new.id;
    return null;
  end if;
  if asked.tenant_id <> new.tenant_id
    or not (asked.status = 'pending' or (asked.status = 'waiting' and asked.answer_id = new.id))
    or (asked.ends_at <= statement_timestamp() and new.status <> 'denied') then
    raise exception 'the request was answered, is over, or is not about this organisation' using errcode = 'check_violation', constraint = 'backchannel_request_answered';
  end if;
  update backchannel_request set status = new.status, answer_id = new.id,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.answer_consent_ask()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  asked consent_ask;
begin
  select * into asked from consent_ask a where a.id = new.consent_ask_id for update;
  if new.tenant_id is null then
    update consent_ask set status = 'denied', decided_at = statement_timestamp()
    where id = asked.id and new.status = 'denied' and asked.status = 'sent' and asked.answer_id is null and asked.person_id = new.person_id;
    return null;
  end if;
  if new.status = 'ended' then
    update consent_ask set answer_id = null where id = asked.id and asked.status = 'sent' and asked.answer_id = new.id;
    return null;
  end if;
  if asked.status <> 'sent' or asked.tenant_id <> new.tenant_id or asked.answer_id <> new.id
    or (asked.answer_id is null and asked.ends_at <= statement_timestamp()) then
    raise exception 'the request was answered, is over, or is not about this tenant' using errcode = 'check_violation', constraint = 'consent_ask_answered';
  end if;
  update consent_ask set tenant_id = new.tenant_id, answer_id = new.id,
    status = case when new.status in ('approved', 'denied') then new.status else 'sent' end,
    consent_id = case when new.status = 'approved' then new.result_id end,
    decided_at = case when new.status in ('approved', 'denied') then statement_timestamp() end
  where id = asked.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_consent_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case session_user when 'liaison_auth' then 'requester' else private.side_of_login() end;
  actor uuid := access.context_id('actor_id');
  -- Whoever comes after a first approver who decides no more is the first one of the same choice.
  takes_over boolean := false;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'requester' or actor is null or new.status <> 'open' then
      raise exception 'a request is opened by the person who is asked' using errcode = 'check_violation', constraint = 'consent_request_opening';
    end if;
    return new;
  end if;
  takes_over := side = 'tenant' and old.status = 'waiting' and new.status = 'waiting' and old.first_approved_by is distinct from actor
    and not access.is_in_charge('tenant', old.tenant_id, old.first_approved_by);
  if (new.uid_hash, new.client_id, new.partner_id, new.scopes, new.actions, new.customer_hint, new.access_duration_seconds, new.purpose, new.reference, new.grant_action, new.delegation_id, new.person_id)
    is distinct from (old.uid_hash, old.client_id, old.partner_id, old.scopes, old.actions, old.customer_hint, old.access_duration_seconds, old.purpose, old.reference, old.grant_action, old.delegation_id, old.person_id)
    or (old.tenant_id is not null and new.tenant_id is distinct from old.tenant_id)
    or (old.first_approved_by is not null and (new.choice, new.shown) is distinct from (old.choice, old.shown))
    or (old.first_approved_by is not null and new.first_approved_by is distinct from old.first_approved_by and not takes_over) then
    raise exception 'what was asked and what a first approver chose never changes' using errcode = 'check_violation', constraint = 'consent_request_identity';
  end if;
  if not takes_over and (new.status = old.status or not exists (
    select from state_transition t where t.entity = 'consent_request' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side)) then
    raise exception '% may not move a request from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'consent_request_transition';
  end if;
  if side = 'clock' then
    if old.ends_at > statement_timestamp() then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'consent_request_transition';
    end if;
    return new;
  end if;
  if old.status = 'open' and old.person_id is distinct from actor then
    raise exception 'a request is answered by the person whom it was opened for' using errcode = 'check_violation', constraint = 'consent_request_person';
  end if;
  if new.status in ('waiting', 'approved') and old.ends_at <= statement_timestamp() then
    raise exception 'the time for this answer is over' using errcode = 'check_violation', constraint = 'consent_request_over';
  end if;
  if (new.status = 'waiting' and new.first_approved_by is distinct from actor)
    or (new.status = 'approved' and (new.decided_by is distinct from actor or new.decided_by = old.first_approved_by
      or (old.first_approved_by is not null and not access.hold_in_charge('tenant', new.tenant_id, old.first_approved_by)))) then
    raise exception 'an approval names its person, and the second is another one' using errcode = 'check_violation', constraint = 'consent_request_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_accounts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is not null and not exists (select from delegation d where d.id = new.delegation_id
      and case d.kind when 'consent' then side = 'tenant' when 'resale' then side = 'provider' and d.approved_at >= transaction_timestamp() else false end) then
    raise exception 'accounts are opened by whoever lets in' using errcode = 'check_violation', constraint = 'delegation_account_giver';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_consented()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'only the organisation adds to its consent' using errcode = 'check_violation', constraint = 'delegation_widening';
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.open_access_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from access_request a
    join tenant_member m on m.tenant_id = a.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    where a.id = new.access_request_id and a.status = 'pending' and a.ends_at > statement_timestamp()
      and a.actions = new.actions and a.scopes = new.scopes and a.customer_hint is not distinct from new.customer_hint) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'access_request_opening';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.open_backchannel_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from backchannel_request b
    join tenant_member m on m.tenant_id = b.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    where b.id = new.backchannel_request_id and b.status = 'pending' and b.ends_at > statement_timestamp()
      and b.actions = new.actions and b.scopes = new.scopes and b.customer_hint is not distinct from new.customer_hint
      and b.binding_message is not distinct from new.purpose and b.access_duration_seconds = new.access_duration_seconds) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'backchannel_request_opening';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.open_consent_ask()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from consent_ask a
    where a.id = new.consent_ask_id and a.status = 'sent' and a.answer_id is null and a.ends_at > statement_timestamp()
      and a.actions = new.actions and a.scopes = new.scopes and a.purpose is not distinct from new.purpose
      and new.customer_hint is null and new.access_duration_seconds = a.access_duration_days * 86400
      and (a.person_id = new.person_id or exists (
        select from tenant_member m where m.tenant_id = a.tenant_id and m.person_id = new.person_id and m.role = 'TENANT_ADMIN' and m.status = 'active'))) then
    raise exception 'nobody is asked for a request that does not wait for them' using errcode = 'check_violation', constraint = 'consent_ask_opening';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.refuse_looser_bound()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user like 'liaison\_%' and exists (select from delegation d where d.id = old.id and d.approved_at is not null) then
    raise exception 'a revocation may take no longer than was agreed' using errcode = 'check_violation', constraint = 'consent_revocation_bound';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.touch_revocation_bound()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update delegation set epoch = epoch + 1, version = version + 1 where id = new.id and approved_at < now();
  return null;
end
$function$;
